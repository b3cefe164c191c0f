"""What people write to us: opt-outs, answers, and words that a person has to read (X-A-05 to X-A-08, X-A-13, X-A-27).

Whoever writes hears something back: owners acknowledge an answer, we ask once after unclear words and tell once who we
are; what is still unclear then goes to staff.

Each reply has its effect once, in one transaction with the note in the inbox. What comes before that, to suppress an
address or to lift it, is dated by when the reply came: it can be repeated, and an old START lifts no later STOP.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from pynamodb.expressions.update import Action

from shared.kernel import inbox
from shared.kernel.categories import Channel
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import ConditionFailed, Delete, Put, Update, Write, commit, transact
from shared.kernel.text.reading import clean
from shared.messaging import phones
from shared.messaging.conversation_items import Conversation, Kind, Question
from shared.messaging.events import Answer, ReplyReceived
from shared.messaging.inbound import answers, keywords, routing
from shared.messaging.inbound.items import Review, review_pk
from shared.messaging.inbound.routing import Answered, Asked, Do, Matter, Meaning, Which, Wrote
from shared.messaging.inbound.twilio_forms import Written
from shared.messaging.items import AddressState, MessagingInbox, RecipientItem, address_hashes, recipient_pk
from shared.messaging.message_items import REPLY_PREFIX, Reply, message_pk
from shared.messaging.providers.twilio import PROVIDER
from shared.messaging.recipients import suppression
from shared.messaging.sending import conversations
from shared.messaging.sending.requests import KEPT, NOBODY, MessageRequest, request

CONFIRMED_WITHIN = timedelta(minutes=5)
"""A confirmation that comes later is not sent at all (47 CFR 64.1200(a)(12))."""

ANSWERED_AGAIN = timedelta(days=1)
"""When somebody who writes where nothing is asked is answered again."""

PICKED_WITHIN = timedelta(hours=24)
"""How long a number may pick one of the matters that we asked about."""

LABEL = 24
"""Characters of a name by which we ask who is meant."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply with all that is known of its address.

    Attributes:
        written: what came.
        event_id: its place in the inbox.
        number: who wrote.
        hashes: of the number, its own first.
        at: when it came.
        now: the present.
        open: matters that the address may answer.
        asked: what we asked back.
    """

    written: Written
    event_id: str
    number: str
    hashes: tuple[str, ...]
    at: datetime
    now: datetime
    open: Sequence[Conversation]
    asked: Question | None

    def over(self) -> list[Write]:
        """Return the writes that end every matter."""
        return [Delete(Conversation, item.pk, item.sk) for item in (*self.open, *([self.asked] if self.asked else []))]

    def say(self, template: str, *, valid: timedelta = timedelta(hours=1), **variables: str) -> list[Write]:
        """Return the writes that answer the person on their channel, under the number that was stored of them."""
        known = suppression.recipients(*self.hashes)
        answer = MessageRequest(
            key=f"reply:{self.written.sid}:{template}",
            recipient_id=next(iter(known), NOBODY),
            category="service",
            template=template,
            variables=variables,
            valid=valid,
            about=self.written.sid,
            channels=(self.written.channel,),
            to=self._stored(known),
        )
        return request(answer, now=self.now)

    def _stored(self, known: Sequence[str]) -> str:
        """Return the number that somebody is written to under: WhatsApp may know them under another."""
        both = phones.forms(self.number)
        if len(both) > 1 and known:
            entries = reads.get_many([(RecipientItem, recipient_pk(one), RecipientItem.SK) for one in known])
            return next((str(entry.phone) for entry in entries if entry and entry.phone in both), both[0])
        return both[0]


def take(written: Written, event_id: str, *, at: datetime, now: datetime) -> None:
    """Act on a reply.

    Args:
        written: what came.
        event_id: its place in the inbox.
        at: when it came.
        now: the present.

    Raises:
        AlreadyDone: somebody else worked it meanwhile.
        Unavailable: others kept changing what it is about.
    """
    if written.number is None:
        inbox.close(MessagingInbox, PROVIDER, event_id, "IGNORED", "not from a number")
        return
    hashes = address_hashes(written.number)
    if written.channel is Channel.WHATSAPP:
        _heard(hashes[0], at)
    number = written.number

    def take_as_read() -> None:
        matters, asked = conversations.standing(*hashes, now=at)
        reply = _Reply(written, event_id, number, hashes, at, now, matters, asked)
        noted = inbox.note(MessagingInbox, PROVIDER, event_id, inbox.DONE)
        transact([noted, *_effect(reply, _meaning(reply))])

    retry_on_conflict(take_as_read)


def _heard(hashed: str, at: datetime) -> None:
    """Open the 24 hours in which own words may be sent by WhatsApp (X-A-28)."""
    later = AddressState.heard_at.does_not_exist() | (AddressState.heard_at < at)
    with suppress(ConditionFailed):
        commit(
            Update(
                AddressState,
                f"ADDRESS#{hashed}",
                AddressState.SK,
                [AddressState.heard_at.set(at)],
                condition=later,
            )
        )


def _meaning(reply: _Reply) -> Meaning:
    # A word that Twilio took for STOP, e.g. one that was added there, ends it here as well.
    if reply.written.handled == "STOP":
        return Do("STOP")
    matters = [
        Matter(
            cast("Kind", item.kind),
            item.recipient_id,
            item.subject_id,
            item.sent_at,
            item.answer,
            name=keywords.read(item.label).words,
        )
        for item in reply.open
    ]
    asked = None
    if reply.asked:
        choices = tuple(str(choice) for choice in reply.asked.choices)
        asked = Asked(cast("Answer", reply.asked.answer), cast("Kind", reply.asked.kind), choices)
    return routing.route(keywords.read(reply.written.text), matters, asked)


def _effect(reply: _Reply, meaning: Meaning) -> list[Write]:
    match meaning:
        case Do(what):
            return _DEEDS[what](reply)
        case Answered(matters, answer):
            done = [Delete(Question, reply.asked.pk, reply.asked.sk)] if reply.asked else []
            return [*done, *(write for matter in matters for write in _answered(reply, matter, answer))]
        case Which(matters, answer):
            return _which(reply, matters, answer)
        case Wrote() as wrote:
            return _wrote(reply, wrote)


def _stop(reply: _Reply) -> list[Write]:
    """Suppress the number everywhere and confirm it once; Twilio may have confirmed it already (X-A-05, X-A-07)."""
    suppression.suppress(reply.number, "STOP", source=reply.written.sid, now=reply.at)
    ours = any(
        item.source == reply.written.sid and item.lifted_at is None for item in suppression.standing(*reply.hashes)
    )
    left = reply.at + CONFIRMED_WITHIN - reply.now
    if not ours or left <= timedelta(0) or reply.written.handled is not None:
        return reply.over()
    return [*reply.over(), *reply.say("service.stopped", valid=left)]


def _wrong_number(reply: _Reply) -> list[Write]:
    """Write to the number no more: whoever has it now does not know us (X-A-36)."""
    suppression.suppress(reply.number, "WRONG_NUMBER", source=suppression.SAID + reply.written.sid, now=reply.at)
    return reply.over()


def _help(reply: _Reply) -> list[Write]:
    return reply.say("service.help") if reply.written.handled is None else []


def _who(reply: _Reply) -> list[Write]:
    """Tell who we are to somebody we know; a stranger's question is not answered."""
    return _help(reply) if suppression.recipients(*reply.hashes) else []


def _late(reply: _Reply) -> list[Write]:
    """Answer somebody we know where nothing waits for them: once in a day, for machines answer, too."""
    state = reads.get(AddressState, f"ADDRESS#{reply.hashes[0]}", AddressState.SK)
    before = state.answered_at if state is not None else None
    if (before is not None and reply.at < before + ANSWERED_AGAIN) or not suppression.recipients(*reply.hashes):
        return []
    same = AddressState.answered_at == before if before is not None else AddressState.answered_at.does_not_exist()
    noted = Update(
        AddressState,
        f"ADDRESS#{reply.hashes[0]}",
        AddressState.SK,
        [AddressState.answered_at.set(reply.at)],
        condition=same,
        error=VersionConflict,
    )
    return [noted, *reply.say("reply.late")]


def _start(reply: _Reply) -> list[Write]:
    """Lift what stood when the person wrote, and say so (X-A-08)."""
    suppression.lift(reply.number, now=reply.at)
    lifted = any(item.lifted_at == reply.at for item in suppression.standing(*reply.hashes))
    return reply.say("service.started") if lifted and reply.written.handled is None else []


def _review(reply: _Reply) -> list[Write]:
    """Hold the number until a person has read everything that may be a revocation (X-A-06)."""
    suppression.suppress(reply.number, "REVIEW", source=reply.written.sid, now=reply.at)
    held = next((item for item in suppression.standing(*reply.hashes) if item.reason == "REVIEW"), None)
    if held is None:
        return []
    known = reply.written.sid in suppression.holders(held)
    if held.lifted_at is not None and not known:
        return []
    review = _opened(reply, kind="REVOKES", address=held.pk.removeprefix("ADDRESS#"))
    return [Put(review), *([] if known else [suppression.held_too(held, reply.written.sid, error=VersionConflict)])]


_DEEDS: Mapping[str, Callable[[_Reply], list[Write]]] = {
    "STOP": _stop,
    "START": _start,
    "HELP": _help,
    "WHO": _who,
    "WRONG_NUMBER": _wrong_number,
    "REVIEW": _review,
    "LATE": _late,
}


def _answered(reply: _Reply, matter: Matter, answer: Answer) -> list[Write]:
    item = _conversation(reply, matter)
    return [_reply_event(reply, item, answer), _noted(item, Conversation.answer.set(answer)), *_words(reply, item)]


def _words(reply: _Reply, item: Conversation) -> list[Write]:
    """Return the write that keeps what somebody wrote, word for word, with the message that it answers."""
    wrote = clean(reply.written.text)
    kept = Reply(
        pk=message_pk(item.message_id),
        sk=f"{REPLY_PREFIX}{reply.written.sid}",
        text=wrote,
        version=answers.phrases().version,
        at=reply.at,
        expires_at=reply.at + KEPT,
    )
    return [Put(kept)] if wrote else []


def _conversation(reply: _Reply, matter: Matter) -> Conversation:
    return next(one for one in reply.open if (one.kind, one.recipient_id) == (matter.kind, matter.recipient_id))


def _reply_event(reply: _Reply, item: Conversation, answer: Answer) -> Write:
    event = ReplyReceived(
        recipient_id=item.recipient_id,
        message_id=item.message_id,
        about=item.about,
        answer=answer,
        reply_id=reply.written.sid,
        channel=reply.written.channel,
    )
    return outbox(event, at=reply.at, event_id=f"reply-{reply.written.sid}-{item.recipient_id}")


def _noted(item: Conversation, action: Action) -> Write:
    same = Conversation.message_id == item.message_id
    return Update(Conversation, item.pk, item.sk, [action], condition=same, error=VersionConflict)


_WHO: Mapping[str, str] = {"CONSENT": "reply.who-consent", "ASK": "reply.who-ask"}
_UNCLEAR: Mapping[str, str] = {"CONSENT": "reply.unclear-consent", "ASK": "reply.unclear-ask"}


def _wrote(reply: _Reply, wrote: Wrote) -> list[Write]:
    """Note own words, and answer them: a question once, what is no clear answer once; the rest is for staff."""
    item = _conversation(reply, wrote.matter)
    told = [_reply_event(reply, item, "TEXT"), *_words(reply, item)]
    if wrote.asks and not item.explained:
        template = _WHO.get(item.kind, "reply.who") if wrote.waits or item.answer == "ACCEPTED" else "reply.who"
        said = reply.say(template, user_name=item.label)
        return [*told, _noted(item, Conversation.explained.set(True)), *said]
    if (wrote.waits or wrote.refuses) and not wrote.asks and not item.clarified:
        said = reply.say(_UNCLEAR[item.kind] if wrote.waits else "answer.stays", user_name=item.label)
        return [*told, _noted(item, Conversation.clarified.set(True)), *said]
    if wrote.refuses:
        # Who says no again where nothing is asked may mean all of it.
        return [*told, *_review(reply)]
    return [*told, Put(_to_be_read(reply, item))] if wrote.waits else told


def _to_be_read(reply: _Reply, item: Conversation) -> Review:
    return _opened(
        reply,
        kind="UNCLEAR",
        address=reply.hashes[0],
        matter=item.kind,
        recipient_id=item.recipient_id,
        message_id=item.message_id,
        about=item.about,
    )


def _opened(reply: _Reply, **more: Any) -> Review:
    review_id = derived_id("rev", reply.written.sid)
    return Review(
        pk=review_pk(review_id),
        sk=Review.SK,
        review_id=review_id,
        event_id=reply.event_id,
        recipients=suppression.recipients(*reply.hashes),
        review_status="OPEN",
        opened_at=reply.at,
        **more,
    )


def _which(reply: _Reply, matters: Sequence[Matter], answer: Answer) -> list[Write]:
    """Ask whose matter was meant (X-A-27)."""
    labels = {(item.kind, item.recipient_id): item.label[:LABEL] for item in reply.open}
    names = [labels[one.kind, one.recipient_id] for one in matters]
    question = Question(
        pk=f"ADDRESS#{reply.hashes[0]}",
        sk=Question.SK,
        answer=answer,
        kind=matters[0].kind,
        choices=[one.recipient_id for one in matters],
        asked_at=reply.at,
        expires_at=reply.at + PICKED_WITHIN,
    )
    return [Put(question), *reply.say("service.which", choices=json.dumps(names, ensure_ascii=False))]
