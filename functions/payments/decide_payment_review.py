from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.payments import access, errors, reviews
from shared.payments.schemas import PaymentReview, PaymentReviewDecision


@post(
    "/v1/admin/payments/reviews/{review_id}/decide",
    api="admin",
    allow="payments:review",
    idempotent=True,
    rate="write",
    touches=[access.REVIEW, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.ReviewNotFound, errors.OwnPayment, errors.ReviewDecided],
)
def decide_payment_review(review_id: Id, body: PaymentReviewDecision, caller: Caller, clock: Clock) -> PaymentReview:
    """Note what was done about a refund, a dispute or a payment that did not fit; not about one's own."""
    return reviews.decide(review_id, body, admin_id=caller.user_id, now=clock.now())
