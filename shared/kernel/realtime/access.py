"""Access profiles of the live hub."""

from shared.kernel.access import Access, table_access
from shared.kernel.platform import DOMAIN

SEND = Access("sockets.send", "sockets", ("execute-api:ManageConnections",))

PUBLISH = (table_access("platform.publish", DOMAIN, "UpdateItem", "Query", "GetItem", "DeleteItem"), SEND)
"""What every function that publishes touches."""

ISSUE_TICKET = table_access("platform.issue-ticket", DOMAIN, "PutItem")
CONNECT = table_access("platform.connect", DOMAIN, "PutItem", "DeleteItem", "UpdateItem")
DISCONNECT = table_access("platform.disconnect", DOMAIN, "UpdateItem", "DeleteItem")
HEARTBEAT = table_access("platform.heartbeat", DOMAIN, "UpdateItem", "DeleteItem")
AUTHENTICATE = table_access("platform.authenticate", DOMAIN, "GetItem", "UpdateItem", "DeleteItem")
SUBSCRIBE = table_access("platform.subscribe", DOMAIN, "GetItem", "PutItem", "UpdateItem", "DeleteItem")
UNSUBSCRIBE = table_access("platform.unsubscribe", DOMAIN, "GetItem", "UpdateItem", "DeleteItem")
CLOSE = table_access("platform.close", DOMAIN, "Query", "UpdateItem", "DeleteItem")
PRESENCE = table_access("platform.presence", DOMAIN, "Query", "BatchGetItem")
