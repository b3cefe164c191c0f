"""Access profiles of metering on the ``live`` table."""

from shared.kernel.access import table_access
from shared.live.items import DOMAIN, WATCHING

TICK = table_access("live.tick", DOMAIN, "UpdateItem", "GetItem", "Query", "PutItem")
"""Charge a tick; renewing a lease and settling a dry session write besides."""

JOIN = table_access("live.join", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query")
LET_IN = table_access("live.let-in", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query")
"""A session whose stream ended meanwhile is settled."""

SETTLE = table_access("live.settle", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query")
SETTLE_STREAM = table_access(
    "live.settle-stream", DOMAIN, "GetItem", "PutItem", "UpdateItem", "Query", indexes=(WATCHING.name,)
)
VIEWINGS = table_access("live.viewings", DOMAIN, "GetItem", "Query")
REFRESH = table_access("live.refresh", DOMAIN, "UpdateItem")
TELL = table_access("live.tell", DOMAIN, "PutItem")
"""To write an event of its own."""
