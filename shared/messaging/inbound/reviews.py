"""The staff's queue of replies: what may take consent back in own words (X-A-06), and what stayed unclear."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import cast

from shared.kernel import cursors, inbox
from shared.kernel.events import outbox
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Update, Write, transact
from shared.kernel.wire import Page
from shared.messaging import phones
from shared.messaging.conversation_items import Kind
from shared.messaging.events import ReplyReceived
from shared.messaging.history import evidence
from shared.messaging.inbound import twilio_forms
from shared.messaging.inbound.errors import NoSuchAnswer, OwnReply, ReviewDecided, ReviewNotFound
from shared.messaging.inbound.items import Review, review_pk
from shared.messaging.inbound.routing import MEANT
from shared.messaging.inbound.schemas import Decision, ReviewDecision, ReviewStatus, ReviewView
from shared.messaging.inbound.twilio_forms import Written
from shared.messaging.items import REVIEWS, MessagingInbox
from shared.messaging.providers.twilio import PROVIDER
from shared.messaging.recipients import suppression
from shared.messaging.sending.requests import NOBODY, MessageRequest, request


class _Decided(Exception):
    def __init__(self, decision: str) -> None:
        super().__init__()
        self.decision = decision


def queue(status: ReviewStatus, *, limit: int, cursor: str | None, order: Order) -> Page[ReviewView]:
    """Return one page of replies to be judged, or judged before.

    Raises:
        BadCursor: the cursor is not one of this list.
    """
    scope = f"reviews#{status}#{order}"
    found = reads.query(
        Review,
        Review.review_status == status,
        index=REVIEWS.name,
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
    )
    keys = [(Review, item["pk"]["S"], item["sk"]["S"]) for item in found.items]
    # One that was decided since the index was asked is shown as it is.
    items = [item for item in (reads.get_many(keys) if keys else []) if item is not None]
    return Page(_views(items), limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def decide(review_id: str, body: ReviewDecision, *, staff_id: str, now: datetime) -> ReviewView:
    """Decide on a reply: end everything to its address, let messages go on, or take it as an answer.

    The same decision again is fine.

    Raises:
        ReviewNotFound: there is none of this id.
        NoSuchAnswer: it is no answer to what was asked.
        OwnReply: it came from the staff's own address.
        ReviewDecided: it was decided in the other way.
    """
    review = _find(review_id)
    if staff_id in review.recipients:
        raise OwnReply
    if body.decision not in ("SUPPRESS", "DISMISS", *_answers(review)):
        raise NoSuchAnswer
    retry_on_conflict(lambda: _claim(review, body, staff_id=staff_id, now=now))
    if body.decision == "SUPPRESS":
        # After the claim: until then the hold stands, so nothing leaves in between.
        suppression.suppress_hash(review.address, reason="STAFF", source=review_id, now=now)
    return _views([_find(review_id)])[0]


def _answers(review: Review) -> Collection[str]:
    """Return what a review may be decided as, beside the two that every review has."""
    return MEANT[cast("Kind", review.matter)].values() if review.matter else ()


def _find(review_id: str) -> Review:
    review = reads.get(Review, review_pk(review_id), Review.SK)
    if review is None:
        raise ReviewNotFound
    return review


def _claim(review: Review, body: ReviewDecision, *, staff_id: str, now: datetime) -> None:
    actions = [
        Review.review_status.set("DECIDED"),
        Review.decision.set(body.decision),
        Review.decided_by.set(staff_id),
        Review.decided_at.set(now),
        Review.note.set(body.note),
    ]
    is_open = Review.review_status == "OPEN"
    claimed = Update(Review, review.pk, review.sk, actions, condition=is_open, error=_decided)
    try:
        transact([claimed, *_following(review, body.decision, now=now)])
    except _Decided as before:
        if before.decision != body.decision:
            raise ReviewDecided from None


def _following(review: Review, decision: Decision, *, now: datetime) -> list[Write]:
    """Return the writes that follow from a decision."""
    if decision == "SUPPRESS":
        return []
    if decision == "DISMISS":
        return [*_release(review, now=now), *_confirmed(review, now=now)]
    event = ReplyReceived(
        recipient_id=str(review.recipient_id),
        message_id=str(review.message_id),
        about=str(review.about),
        answer=decision,
        # The reply itself was taken in as own words: its owner knows that id, and would take nothing in twice.
        reply_id=_sid(review) + evidence.DECIDED,
    )
    return [outbox(event, at=now, event_id=f"reply-{review.review_id}")]


def _confirmed(review: Review, *, now: datetime) -> list[Write]:
    """Return the writes that tell the person that somebody has read what they wrote, while it is known."""
    kept = reads.get(*inbox.key(MessagingInbox, PROVIDER, review.event_id))
    written = twilio_forms.read(kept.body.partition(b"\n")[2]) if kept else None
    if not isinstance(written, Written) or written.number is None:
        return []
    read = MessageRequest(
        key=f"reply:{written.sid}:reply.read",
        recipient_id=str(next(iter(review.recipients), NOBODY)),
        category="service",
        template="reply.read",
        valid=timedelta(hours=24),
        about=written.sid,
        channels=(written.channel,),
        to=phones.forms(written.number)[0],
    )
    return request(read, now=now)


def _decided(old: Attributes | None) -> Exception:
    return _Decided(cast("str", Review.load(old or {}).decision))


def _release(review: Review, *, now: datetime) -> list[Write]:
    """Return the write that lets go of the hold for a review, if it still stands; a STOP since then stays."""
    sid = _sid(review)
    return [
        suppression.let_go(item, sid, error=VersionConflict, now=now)
        for item in suppression.standing(review.address)
        if item.reason == "REVIEW" and item.lifted_at is None and sid in suppression.holders(item)
    ]


def _sid(review: Review) -> str:
    return review.event_id.partition("-")[0]


def _views(reviews: list[Review]) -> list[ReviewView]:
    keys = [inbox.key(MessagingInbox, PROVIDER, review.event_id) for review in reviews]
    kept = reads.get_many(keys) if keys else []
    return [_view(review, event) for review, event in zip(reviews, kept, strict=True)]


def _view(review: Review, event: MessagingInbox | None) -> ReviewView:
    written = twilio_forms.read(event.body.partition(b"\n")[2]) if event else None
    return ReviewView.model_validate(
        {
            "id": review.review_id,
            "kind": review.kind,
            "question": review.matter,
            "status": review.review_status,
            "text": written.text if isinstance(written, Written) else None,
            "recipient_ids": list(review.recipients),
            "opened_at": review.opened_at,
            "decision": review.decision,
            "decided_by": review.decided_by,
            "decided_at": review.decided_at,
            "note": review.note,
        },
        by_name=True,
        by_alias=False,
    )
