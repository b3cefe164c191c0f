"""Access profiles on the wallet's table. None deletes, none scans."""

from shared.kernel.access import table_access
from shared.kernel.storage.table import DUE
from shared.wallet.items import ACCOUNTS, DOMAIN

READ = table_access("wallet.read", DOMAIN, "GetItem", "Query")
POST = table_access("wallet.post", DOMAIN, "GetItem", "PutItem", "UpdateItem")
PROJECT = table_access("wallet.project", DOMAIN, "GetItem", "Query", "PutItem", "UpdateItem")
ADJUSTMENTS = table_access("wallet.adjustments", DOMAIN, "Query", "BatchGetItem", indexes=(DUE.name,))
AUDIT = table_access("wallet.audit", DOMAIN, "GetItem", "BatchGetItem", "Query", "PutItem", indexes=(ACCOUNTS.name,))
BOOKS = table_access("wallet.books", DOMAIN, "BatchGetItem")
