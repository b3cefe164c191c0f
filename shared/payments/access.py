"""Access profiles on the payments table. None deletes, none scans."""

from shared.kernel.access import table_access
from shared.kernel.storage.table import DUE
from shared.payments.items import DOMAIN, PURCHASES

SHOP = table_access("payments.shop", DOMAIN, "Query")
MANAGE = table_access("payments.manage", DOMAIN, "GetItem", "Query", "PutItem")
BUY = table_access("payments.buy", DOMAIN, "GetItem", "PutItem", "UpdateItem")
READ = table_access("payments.read", DOMAIN, "GetItem")
HISTORY = table_access("payments.history", DOMAIN, "Query", indexes=(PURCHASES.name,))
RECEIVE = table_access("payments.receive", DOMAIN, "PutItem")
SETTLE = table_access("payments.settle", DOMAIN, "GetItem", "PutItem", "UpdateItem")
READ_REVIEWS = table_access("payments.read-reviews", DOMAIN, "BatchGetItem", "Query", indexes=(DUE.name,))
REVIEW = table_access("payments.review", DOMAIN, "GetItem", "BatchGetItem", "Query", "UpdateItem", indexes=(DUE.name,))
