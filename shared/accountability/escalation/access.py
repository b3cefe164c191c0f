"""Access profiles of escalation on the ``accountability`` table."""

from shared import messaging
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

TAKE_STEPS = (RUN, messaging.access.REQUEST, messaging.access.ASK_TOPICS, messaging.access.READ_DIRECTORY)
"""All that a step may need; whoever ends or answers one may have to take the next."""

ANSWER = (*TAKE_STEPS, messaging.access.REOPEN_TOPIC)
"""All that an answer may need: who takes theirs back lets the day's asking go on."""

READ = table_access("accountability.read-escalation", DOMAIN, "GetItem", "BatchGetItem", "Query")
"""To read plans, steps, contacts and the timeline."""

READ_POLICIES = table_access("accountability.read-policies", DOMAIN, "Query")
MANAGE_POLICIES = table_access("accountability.manage-policies", DOMAIN, "Query", "PutItem")
