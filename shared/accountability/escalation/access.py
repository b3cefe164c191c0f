"""Access profiles of escalation on the ``accountability`` table."""

from shared.accountability.items import DOMAIN
from shared.kernel.access import table_access

RUN = table_access(
    "accountability.run-escalation",
    DOMAIN,
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "ConditionCheckItem",
)
"""To start, take steps of, and end escalations; to note what became of contacts."""

READ = table_access("accountability.read-escalation", DOMAIN, "GetItem", "BatchGetItem", "Query")
"""To read plans, steps, contacts and the timeline."""

MANAGE_POLICIES = table_access("accountability.manage-policies", DOMAIN, "Query", "PutItem")
