"""Access profiles of messaging: exact actions on its table."""

from shared.kernel.access import Access, table_access
from shared.messaging.items import DOMAIN, RECIPIENTS, REVIEWS

REQUEST = table_access("messaging.request", DOMAIN, "PutItem")
"""To ask for messages and to close topics."""

ASK_TOPICS = table_access("messaging.ask-topics", DOMAIN, "BatchGetItem", "GetItem", "ConditionCheckItem")
"""To do something only while a topic is open."""

REOPEN_TOPIC = table_access("messaging.reopen-topic", DOMAIN, "DeleteItem")
"""To take back that a topic is closed."""

ENLIST = table_access("messaging.enlist", DOMAIN, "PutItem", "UpdateItem", "GetItem", "DeleteItem")
"""To keep somebody's entry in the directory, and their consent."""

PLACE = table_access("messaging.place", DOMAIN, "UpdateItem")
"""To note where a user lives, and whether anything may go out in their name."""

READ_DIRECTORY = table_access("messaging.read-directory", DOMAIN, "BatchGetItem", "GetItem", "Query")
"""To read recipients, consents and suppressions."""

CHECK_ADDRESS = table_access("messaging.check-address", DOMAIN, "ConditionCheckItem")
"""To do something only while an address is not suppressed."""

READ_WORDS = table_access("messaging.read-words", DOMAIN, "Query")
"""To put a message into words."""

WRITE_WORDS = table_access("messaging.write-words", DOMAIN, "Query", "GetItem", "PutItem", "UpdateItem")
"""To write and approve templates."""

NOTIFY = table_access("messaging.notify", DOMAIN, "BatchGetItem", "GetItem", "PutItem", "UpdateItem")
"""To put messages into the in-app inbox."""

READ_INBOX = table_access("messaging.read-inbox", DOMAIN, "GetItem", "Query", "UpdateItem")
"""To read the in-app inbox, and to count it again."""

MARK_READ = table_access("messaging.mark-read", DOMAIN, "GetItem", "UpdateItem")
ANNOUNCE = table_access("messaging.announce", DOMAIN, "BatchGetItem")

SEND = table_access(
    "messaging.send", DOMAIN, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"
)
"""To judge, claim and send messages."""

FORECAST = table_access("messaging.forecast", DOMAIN, "BatchGetItem", "Query")
"""To tell what would become of a message."""

READ_SAID = table_access("messaging.read-said", DOMAIN, "BatchGetItem")
"""To tell what messages said."""

READ_MESSAGE = table_access("messaging.read-message", DOMAIN, "Query")
LIST_MESSAGES = table_access("messaging.list-messages", DOMAIN, "Query", "BatchGetItem", indexes=(RECIPIENTS.name,))
READ_ADDRESS = table_access("messaging.read-address", DOMAIN, "Query")
OPERATE = table_access("messaging.operate", DOMAIN, "GetItem", "Query", "PutItem", "UpdateItem")
"""To suppress and reopen addresses by hand, to register senders and to set budgets."""

SEND_MAIL = Access("messaging.send-mail", "mail", ("ses:SendEmail",))

KEEP_PROVIDER_EVENT = table_access("messaging.keep-provider-event", DOMAIN, "PutItem")
"""To keep what a provider posted."""

WORK_PROVIDER_EVENT = table_access(
    "messaging.work-provider-event",
    DOMAIN,
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
)
"""To act on it: move attempts, route answers, suppress addresses."""

UNSUBSCRIBE = table_access("messaging.unsubscribe", DOMAIN, "Query", "PutItem")
"""To suppress an address by a link."""

READ_REVIEWS = table_access("messaging.read-reviews", DOMAIN, "Query", "BatchGetItem", indexes=(REVIEWS.name,))

REVIEW = table_access(
    "messaging.review",
    DOMAIN,
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    indexes=(REVIEWS.name,),
)
"""To judge replies: read them, hold or suppress their addresses."""

SENDING_SETTINGS = [
    "public_url",
    "brands",
    "mail_sender",
    "mail_events",
    "twilio_api_base",
    "twilio_messaging_service",
    "twilio_voice_from",
    "twilio_whatsapp_from",
    "text_countries",
]
"""Settings that a function which sends must be told."""
