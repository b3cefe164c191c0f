"""What a person has to look at: events that do not fit a payment, refunds and disputes. None vanishes.

Nothing is done to balances here: an operator looks at the provider and at the payment, acts by the means there are and
notes what was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit

from shared.kernel import cursors
from shared.kernel.ids import derived_id
from shared.kernel.money import Minor
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.table import DUE
from shared.kernel.storage.writes import Put, Update, Write, commit, transact
from shared.kernel.telemetry import logger, metrics
from shared.kernel.wire import Page
from shared.payments.errors import OwnPayment, ReviewDecided, ReviewNotFound
from shared.payments.items import OPEN_REVIEWS, REVIEW_SK, ReviewItem, review_pk
from shared.payments.schemas import PaymentReview, PaymentReviewDecision

METRIC = "PaymentsToReview"
"""Counts what a person has to look at; an alarm watches it."""


class _KnownBefore(Exception):
    pass


class _DecidedBefore(Exception):
    def __init__(self, item: ReviewItem) -> None:
        super().__init__()
        self.item = item


@dataclass(frozen=True, slots=True)
class About:
    """What a review is about; anything that was not told is missing.

    Attributes:
        source: the provider's event, or what else the word came by; one review each.
        type: the event's type.
        object_id: the provider's object: a session, charge, refund or dispute.
        payment_id: our payment.
        user_id: its buyer.
        amount: in minor units.
        currency: of the amount.
    """

    source: str
    type: str
    object_id: str | None = None
    payment_id: str | None = None
    user_id: str | None = None
    amount: Minor | None = None
    currency: str | None = None


def open_review(about: About, reason: str, beside: Sequence[Write], *, now: datetime) -> None:
    """Put something before a person, with what belongs to it, and raise the alarm. One source has one review for ever.

    The alarm comes last: who dies before it works the source again, and raises it then.
    """
    review_id = derived_id("rev", about.source)
    item = ReviewItem(
        pk=review_pk(review_id),
        sk=REVIEW_SK,
        status="OPEN",
        source=about.source,
        type=about.type,
        reason=reason,
        object_id=about.object_id,
        payment_id=about.payment_id,
        user_id=about.user_id,
        amount=about.amount,
        currency=about.currency,
        opened_at=now,
        due_shard=OPEN_REVIEWS,
        due_at=now,
    )
    opened = Put(item, condition=ReviewItem.pk.does_not_exist(), error=_KnownBefore)
    try:
        transact([*beside, opened])
    except _KnownBefore:
        if beside:
            transact(beside)
    logger().warning("payment_to_review", source=about.source, event_type=about.type, reason=reason)
    metrics().add_metric(name=METRIC, unit=MetricUnit.Count, value=1)


def queue(*, limit: int, cursor: str | None, order: Order) -> Page[PaymentReview]:
    """Return one page of what waits for a person.

    Raises:
        BadCursor: the cursor is not one of this list.
    """
    scope = f"payment-reviews#{order}"
    found = reads.query(
        ReviewItem,
        ReviewItem.due_shard == OPEN_REVIEWS,
        index=DUE.name,
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
    )
    keys = [(ReviewItem, item["pk"]["S"], item["sk"]["S"]) for item in found.items]
    views = [_view(item) for item in (reads.get_many(keys) if keys else [])]
    return Page(views, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def decide(review_id: str, body: PaymentReviewDecision, *, admin_id: str, now: datetime) -> PaymentReview:
    """Note what a person decided, with why. The same decision again is fine.

    Raises:
        ReviewNotFound: there is none of this id.
        OwnPayment: it is about the admin's own purchase.
        ReviewDecided: somebody decided otherwise before.
    """
    item = reads.get(ReviewItem, review_pk(review_id), REVIEW_SK)
    if item is None:
        raise ReviewNotFound
    if item.user_id == admin_id:
        raise OwnPayment
    decided = Update(
        ReviewItem,
        item.pk,
        item.sk,
        [
            ReviewItem.status.set("DECIDED"),
            ReviewItem.decision.set(body.decision),
            ReviewItem.note.set(body.note),
            ReviewItem.decided_by.set(admin_id),
            ReviewItem.decided_at.set(now),
            ReviewItem.due_shard.remove(),
            ReviewItem.due_at.remove(),
        ],
        condition=ReviewItem.status == "OPEN",
        error=_decided_before,
    )
    try:
        found = ReviewItem.load(commit(decided, returned="ALL_NEW"))
    except _DecidedBefore as before:
        found = before.item
        if (found.decision, found.decided_by) != (body.decision, admin_id):
            raise ReviewDecided from None
    return _view(found)


def _decided_before(old: Attributes | None) -> Exception:
    return _DecidedBefore(ReviewItem.load(old or {}))


def _view(item: ReviewItem) -> PaymentReview:
    return PaymentReview.model_validate(
        {"id": item.id} | {name: getattr(item, name) for name in PaymentReview.model_fields if name != "id"},
        by_name=True,
        by_alias=False,
    )
