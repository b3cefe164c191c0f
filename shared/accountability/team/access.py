"""Access profiles of support teams and cases on the ``accountability`` table."""

from shared.accountability.items import CASES, DOMAIN
from shared.kernel.access import table_access

READ_TEAM = table_access("accountability.read-team", DOMAIN, "GetItem", "Query")

KEEP_TEAM = table_access(
    "accountability.keep-team", DOMAIN, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"
)
"""To add, change, remove and restore partners, and to follow what they choose."""

SHOW_PAGE = table_access("accountability.show-page", DOMAIN, "GetItem", "Query")
KEEP_LEAD = table_access("accountability.keep-lead", DOMAIN, "PutItem", "UpdateItem")
DISPUTE = table_access("accountability.dispute", DOMAIN, "BatchGetItem", "PutItem")
OPEN_CASE = table_access("accountability.open-case", DOMAIN, "GetItem", "PutItem", "UpdateItem")
COUNT_CASES = table_access("accountability.count-cases", DOMAIN, "Query", indexes=(CASES.name,))
LIST_CASES = table_access("accountability.list-cases", DOMAIN, "BatchGetItem", "Query", indexes=(CASES.name,))
READ_CASE = table_access("accountability.read-case", DOMAIN, "GetItem", "BatchGetItem")
