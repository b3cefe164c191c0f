"""Access profiles of goals and days on the ``accountability`` table, and of uploads."""

from shared.accountability.items import ACTIVE, DOMAIN, GUIDED
from shared.kernel.access import Access, table_access
from shared.kernel.storage.table import DUE

PROFILE = table_access("accountability.profile", DOMAIN, "GetItem", "PutItem")
"""A user's settings, made at first use."""

CHANGE_PROFILE = table_access("accountability.change-profile", DOMAIN, "GetItem", "PutItem", "UpdateItem")
CHOOSE_GUIDE = table_access("accountability.choose-guide", DOMAIN, "GetItem", "PutItem", "UpdateItem")
LIST_MEMBERS = table_access("accountability.list-members", DOMAIN, "BatchGetItem", "Query", indexes=(GUIDED.name,))
READ = table_access("accountability.read-goals", DOMAIN, "GetItem", "BatchGetItem", "Query")

CHANGE = table_access(
    "accountability.change-goals", DOMAIN, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"
)
"""Goals, logs and the end of days; whoever logs also closes days that are overdue."""

EXCUSE = table_access(
    "accountability.excuse-days", DOMAIN, "GetItem", "Query", "PutItem", "UpdateItem", indexes=(ACTIVE.name,)
)
RECORD_OUTAGE = table_access("accountability.record-outage", DOMAIN, "PutItem")
SWEEP = table_access("accountability.sweep-days", DOMAIN, "GetItem", "PutItem", "Query", indexes=(DUE.name,))
AUDIT = table_access(
    "accountability.audit-days", DOMAIN, "GetItem", "PutItem", "Query", indexes=(DUE.name, ACTIVE.name)
)

UPLOAD = Access("media.upload", "bucket:media", ("s3:PutObject",))
VIEW_MEDIA = Access("media.view", "bucket:media", ("s3:GetObject",))
