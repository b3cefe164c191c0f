from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.messaging import access
from shared.messaging.inbound import errors, reviews
from shared.messaging.inbound.schemas import ReviewDecision, ReviewView


@post(
    "/v1/admin/reviews/{review_id}/decide",
    api="admin",
    allow="messaging:manage",
    idempotent=True,
    rate="write",
    touches=[access.REVIEW, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.ReviewNotFound, errors.OwnReply, errors.ReviewDecided],
)
def decide_review(review_id: Id, body: ReviewDecision, caller: Caller, clock: Clock) -> ReviewView:
    """Decide on a reply: end everything to its address, or let messages to it go on."""
    return reviews.decide(review_id, body, staff_id=caller.user_id, now=clock.now())
