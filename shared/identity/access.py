"""Access profiles on identity's table."""

from shared.identity.items import DOMAIN
from shared.kernel.access import table_access

AUTHORIZE = table_access("identity.authorize", DOMAIN, "BatchGetItem", "Query")
READ_KEYS = table_access("identity.read-keys", DOMAIN, "Query")
READ_USERS = table_access("identity.read-users", DOMAIN, "BatchGetItem")
REGISTER = table_access("identity.register", DOMAIN, "GetItem", "PutItem", "DeleteItem", "ConditionCheckItem")
SIGN_IN = table_access("identity.sign-in", DOMAIN, "GetItem", "PutItem", "UpdateItem")
REFRESH = table_access("identity.refresh", DOMAIN, "BatchGetItem", "UpdateItem", "DeleteItem", "PutItem")
SIGN_OUT = table_access("identity.sign-out", DOMAIN, "DeleteItem", "PutItem")
VERIFY = table_access("identity.verify", DOMAIN, "GetItem", "UpdateItem", "PutItem")
READ_LINK = table_access("identity.read-link", DOMAIN, "GetItem")
RESET = table_access("identity.reset", DOMAIN, "GetItem", "UpdateItem", "PutItem")
REQUEST_MAIL = table_access("identity.request-mail", DOMAIN, "GetItem", "PutItem")
ADMINISTER = table_access("identity.administer", DOMAIN, "GetItem", "UpdateItem", "PutItem")
FIND = table_access("identity.find", DOMAIN, "GetItem", "BatchGetItem")
CHANGE_PROFILE = table_access("identity.change-profile", DOMAIN, "UpdateItem")
