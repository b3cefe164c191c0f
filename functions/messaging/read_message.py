from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.operator_schemas import MessageView


@get(
    "/v1/admin/messages/{message_id}",
    api="admin",
    allow="messaging:read",
    rate="read",
    touches=[access.READ_MESSAGE, COUNT_RATE],
    errors=[NotFound],
)
def read_message(message_id: Id) -> MessageView:
    """Tell what became of a message: every attempt with channel, state and provider's id, and answers in own words."""
    return operating.message(message_id)
