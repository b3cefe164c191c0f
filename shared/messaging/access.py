"""Access profiles of messaging: exact actions on its table."""

from shared.kernel.access import Access, table_access
from shared.messaging.items import DOMAIN

REQUEST = table_access("messaging.request", DOMAIN, "PutItem")
"""To ask for messages and to close topics."""

ASK_TOPICS = table_access("messaging.ask-topics", DOMAIN, "BatchGetItem", "GetItem", "ConditionCheckItem")
"""To do something only while a topic is open."""

ENLIST = table_access("messaging.enlist", DOMAIN, "PutItem", "UpdateItem", "GetItem", "DeleteItem")
"""To keep somebody's entry in the directory, and their consent."""

READ_DIRECTORY = table_access("messaging.read-directory", DOMAIN, "BatchGetItem", "GetItem", "Query")
"""To read recipients, consents and suppressions."""

READ_WORDS = table_access("messaging.read-words", DOMAIN, "Query")
"""To put a message into words."""

SEND_MAIL = Access("messaging.send-mail", "mail", ("ses:SendEmail",))
