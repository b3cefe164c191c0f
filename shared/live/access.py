"""Access profiles on the ``live`` table, but for those of viewing sessions."""

from shared.kernel.access import table_access
from shared.live.items import CATEGORY, DOMAIN, LISTED, POPULAR, WATCHING

READ_STREAM = table_access("live.read-stream", DOMAIN, "GetItem", "Query")
LIST_STREAMS = table_access("live.list-streams", DOMAIN, "Query", indexes=(LISTED.name, CATEGORY.name, POPULAR.name))
LIST_CATEGORIES = table_access("live.list-categories", DOMAIN, "Query", indexes=(CATEGORY.name,))
CREATE_STREAM = table_access("live.create-stream", DOMAIN, "GetItem", "PutItem", "Query")
SET_RATE = table_access("live.set-rate", DOMAIN, "GetItem", "PutItem")
CHANGE_STREAM = table_access("live.change-stream", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query")
END_STREAMS = table_access(
    "live.end-streams", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query", indexes=(LISTED.name,)
)
LIST_VIEWERS = table_access("live.list-viewers", DOMAIN, "GetItem", "Query", indexes=(WATCHING.name,))
EXPECT_COUNT = table_access("live.expect-count", DOMAIN, "UpdateItem")
COUNT_VIEWERS = table_access("live.count-viewers", DOMAIN, "GetItem", "Query", "UpdateItem", indexes=(WATCHING.name,))
KEEP_PROVIDER_EVENT = table_access("live.keep-provider-event", DOMAIN, "PutItem")
WORK_PROVIDER_EVENT = table_access("live.work-provider-event", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query")
RECONCILE_ROOMS = table_access(
    "live.reconcile-rooms",
    DOMAIN,
    "GetItem",
    "PutItem",
    "UpdateItem",
    "Query",
    indexes=(LISTED.name, WATCHING.name),
)
