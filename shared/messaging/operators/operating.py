"""What operators do: look a message up, stop and reopen addresses by hand, register senders, set budgets."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from shared.kernel import cursors
from shared.kernel.categories import Channel
from shared.kernel.errors import NotFound, ValidationFailed
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Update, commit
from shared.kernel.versions import OtherVersion, Seen, refusing
from shared.kernel.wire import Page
from shared.messaging import phones
from shared.messaging.categories import CATEGORIES
from shared.messaging.events import WHOLE
from shared.messaging.items import RECIPIENTS, address_hashes
from shared.messaging.limit_items import Budget, Sender, Spent, budget_pk, sender_pk
from shared.messaging.message_items import ATTEMPT_PREFIX, REPLY_PREFIX, Attempt, Message, Reply, message_pk
from shared.messaging.operators.operator_schemas import (
    AddressView,
    AttemptState,
    AttemptView,
    BudgetChange,
    BudgetView,
    MessageStatus,
    MessageSummary,
    MessageView,
    ReplyView,
    SenderChange,
    SenderView,
    SuppressionView,
)
from shared.messaging.recipients import suppression

if TYPE_CHECKING:
    from shared.messaging.operators.addressing import NewSuppression


def message(message_id: str) -> MessageView:
    """Return a message with its attempts, and what was answered in own words. One query (X-N-08, S-A-36).

    Raises:
        NotFound: there is none, or none any more.
    """
    found = list(reads.query_all(Message, Message.pk == message_pk(message_id)))
    standing = next((Message.load(dict(raw)) for raw in found if raw["sk"]["S"] == Message.SK), None)
    if standing is None:
        raise NotFound
    attempts = [Attempt.load(dict(raw)) for raw in found if raw["sk"]["S"].startswith(ATTEMPT_PREFIX)]
    replies = [Reply.load(dict(raw)) for raw in found if raw["sk"]["S"].startswith(REPLY_PREFIX)]
    return MessageView(
        id=standing.message_id,
        recipient_id=standing.recipient_id,
        category=standing.category,
        template=standing.template,
        status=cast("MessageStatus", standing.status),
        reason=standing.reason,
        channel=Channel(standing.channel) if standing.channel else None,
        companion_of=standing.companion_of,
        requested_at=standing.requested_at,
        allowed_at=standing.allowed_at,
        sent_at=standing.sent_at,
        valid_until=standing.valid_until,
        attempts=[_attempt(item) for item in attempts],
        replies=[ReplyView(text=item.text, at=item.at) for item in sorted(replies, key=lambda item: item.at)],
    )


def messages_to(recipient_id: str, *, limit: int, cursor: str | None, order: Order) -> Page[MessageSummary]:
    """Return a page of what went out to somebody. One query of an index and one read of the messages.

    Raises:
        BadCursor: the cursor is of another list.
    """
    scope = f"messages#{recipient_id}#{order}"
    found = reads.query(
        Message,
        Message.recipient_id == recipient_id,
        index=RECIPIENTS.name,
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
    )
    keys = [(Message, one["pk"]["S"], one["sk"]["S"]) for one in found.items]
    whole = reads.get_many(keys) if keys else []
    views = [_summary(item) for item in whole if item is not None]
    return Page(views, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def _summary(item: Message) -> MessageSummary:
    return MessageSummary(
        id=item.message_id,
        category=item.category,
        template=item.template,
        status=cast("MessageStatus", item.status),
        reason=item.reason,
        channel=Channel(item.channel) if item.channel else None,
        requested_at=item.requested_at,
        sent_at=item.sent_at,
    )


def _attempt(item: Attempt) -> AttemptView:
    return AttemptView(
        attempt=item.attempt,
        channel=Channel(item.channel),
        state=cast("AttemptState", item.state),
        provider_id=item.provider_id,
        code=item.code,
        segments=item.segments,
        answered_by=item.answered_by,
        words=item.reference,
        claimed_at=item.claimed_at,
        sent_at=item.sent_at,
        delivered_at=item.delivered_at,
    )


def suppress(body: "NewSuppression", *, admin_id: str, operation: str, now: datetime) -> AddressView:
    """Stop messages to an address by hand; saying it again changes nothing.

    Raises:
        ValidationFailed: the number is none, or there is no such category.
    """
    if body.category is not None and body.category not in CATEGORIES:
        raise ValidationFailed(details=[("category", f"one of {', '.join(sorted(CATEGORIES))}")])
    address = phones.parse(body.phone, field="phone") if body.phone else str(body.email)
    hashes = address_hashes(address)
    source, scope = f"staff:{admin_id}:{operation}", body.category or WHOLE
    suppression.suppress_hash(*hashes, reason="STAFF", source=source, scope=scope, note=body.note, now=now)
    return address_of(*hashes)


def address_of(*hashed: str) -> AddressView:
    """Return what is suppressed for an address, and who has it, by its hashes."""
    return AddressView(
        address_hash=hashed[0],
        recipients=suppression.recipients(*hashed),
        suppressions=[
            SuppressionView(
                reason=cast("suppression.Reason", item.reason),
                category=None if item.scope == WHOLE else item.scope,
                source=item.source,
                note=item.note,
                suppressed_at=item.suppressed_at,
                lifted_at=item.lifted_at,
            )
            for item in suppression.standing(*hashed)
        ],
    )


def lift(hashed: str, *, note: str, admin_id: str, now: datetime) -> AddressView:
    """Take every suppression of an address back.

    Raises:
        NotFound: there is none that stands.
    """
    if not suppression.lift_hash(hashed, note=f"{admin_id}: {note}", now=now):
        raise NotFound
    return address_of(hashed)


def register_sender(body: SenderChange, seen: Seen, *, admin_id: str, now: datetime) -> SenderView:
    """Note what carriers say of a sender.

    Raises:
        OtherVersion: it is in another version than was seen.
    """
    fields = body.model_dump() | {"changed_at": now, "changed_by": admin_id}
    kept = _replaced(Sender, sender_pk(body.sender), fields, seen)
    return SenderView(**fields, version=kept.version)


def set_budget(body: BudgetChange, seen: Seen, *, admin_id: str, now: datetime) -> BudgetView:
    """Set a limit; it holds for the next send.

    Raises:
        OtherVersion: it is in another version than was seen.
    """
    pk = budget_pk(body.scope)
    fields = {"scope": body.scope, "units": body.units_per_day, "changed_at": now, "changed_by": admin_id}
    kept = _replaced(Budget, pk, fields, seen)
    spent = reads.get(Spent, pk, f"SPENT#{now.date().isoformat()}")
    return BudgetView(
        scope=body.scope,
        units_per_day=body.units_per_day,
        used_today=spent.units if spent else 0,
        changed_at=now,
        changed_by=admin_id,
        version=kept.version,
    )


def _replaced(model: type[Sender | Budget], pk: str, fields: Mapping[str, Any], seen: Seen) -> Sender | Budget:
    """Write a thing of which there may be none yet."""
    actions = [model.version.add(1)]
    for name, value in fields.items():
        attribute = getattr(model, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    there = seen.holds(model.version)
    unseen = refusing(model, OtherVersion)
    kept = commit(Update(model, pk, model.SK, actions, condition=there, error=unseen), returned="ALL_NEW")
    replaced: Sender | Budget = model.load(kept)
    return replaced
