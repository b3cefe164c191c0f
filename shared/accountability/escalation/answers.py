"""Answers of partners: every one is kept, and who will check in may change their mind (X-A-13, X-A-14, S-A-36)."""

from datetime import datetime

from shared import messaging
from shared.accountability import timeline
from shared.accountability.escalation import contacts, delivery, run_context, steps
from shared.accountability.escalation.items import Answer, Contact, StepRow
from shared.accountability.escalation.rules import ANSWERED, CANNOT, DECIDES
from shared.accountability.events import AskAnswered
from shared.accountability.items import day_topic, key_of, user_pk
from shared.accountability.team import acknowledging, people, quoting
from shared.accountability.team.items import Partner, partner_sk
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Check, Put, Update, Write, transact
from shared.kernel.text.speech import Sentence

SAID = {
    "ACCEPTED": Sentence("{name} will check in with you."),
    "DONE": Sentence("{name} has checked in with you."),
    "CANNOT": Sentence("{name} cannot check in with you this time."),
    "TEXT": Sentence("{name} wrote back."),
}


ACKNOWLEDGED = {"ACCEPTED": "answer.accepted", "DONE": "answer.done", "CANNOT": "answer.cannot"}
"""What a partner hears back who answered by text."""

CLOSED_BY = "ANSWERED"
"""Reason by which an answer closes the topic of a day."""


Reply = messaging.events.ReplyReceived


class _Taken(Exception):
    """This reply was taken in before."""


def answer(
    about: str,
    partner_id: str,
    given: str,
    *,
    reply_id: str,
    event: Reply | None = None,
    now: datetime,
) -> None:
    """Take in what a partner answered to a contact. Idempotent by ``reply_id``.

    ACCEPTED and DONE end the day's asking: what was not sent is not sent any more. CANNOT asks the next partner at
    once. Who ACCEPTED may answer DONE or CANNOT later: CANNOT then lets the day's asking go on, unless another partner
    takes care of it or the day is over. Any other second answer to the same contact is kept, and changes nothing.

    Args:
        about: the contact, as its message named it.
        partner_id: who answers.
        given: ACCEPTED, DONE, CANNOT, or TEXT for own words.
        reply_id: durable name of the answer.
        event: the reply by which it came, to be acknowledged; on the page they see what became of it.
        now: when.

    Raises:
        NotFound: this partner was sent no such message.
        Unavailable: others kept changing the contact; it may be given again.
    """
    key = key_of(about)
    if key is None or key.recipient_id != partner_id:
        raise NotFound

    def take() -> StepRow | None:
        contact = reads.get(Contact, key.pk, key.sk)
        if contact is None or contact.partner_id is None:
            raise NotFound
        try:
            return _take(contact, given, reply_id, event, now)
        except _Taken:
            return _replacement(contact, given, now)

    replacement = retry_on_conflict(take)
    if replacement is not None:
        steps.run(replacement.pk, replacement.sk, now=now)


def after_reply(event: Reply, *, now: datetime) -> None:
    """Take in a reply, unless it answers something else: an invitation, or with words that mean nothing here."""
    if key_of(event.about) is not None and event.answer in SAID:
        answer(event.about, event.recipient_id, event.answer, reply_id=event.reply_id, event=event, now=now)


def _replacement(contact: Contact, given: str, now: datetime) -> StepRow | None:
    asked = contact.type == contacts.ASK and given == CANNOT
    return delivery.in_place_of(contact, str(contact.partner_id), now=now) if asked else None


def _take(contact: Contact, given: str, reply_id: str, event: Reply | None, now: datetime) -> StepRow | None:
    writes: list[Write] = [_kept(contact, given, reply_id, now), _line(contact, given, reply_id, event, now)]
    replacement = None
    if given in DECIDES.get(contact.response, ()):
        writes += _decided(contact, given, reply_id, now)
        replacement = _replacement(contact, given, now)
        if replacement is not None:
            writes += delivery.unless_there(replacement)
        writes += _acknowledged(contact, event, given, now) if event else []
    transact(writes)
    return replacement


def _acknowledged(contact: Contact, event: Reply, given: str, now: datetime) -> list[Write]:
    entry, user_name = people.entry_of(event.recipient_id), people.name_of(contact.user_id)
    return acknowledging.acknowledged(event, entry, ACKNOWLEDGED[given], user_name, now=now)


def _kept(contact: Contact, given: str, reply_id: str, now: datetime) -> Put:
    item = Answer(
        pk=contact.pk,
        sk=f"ANSWER#{reply_id}",
        about=contacts.name_of(contact).about,
        partner_id=contact.partner_id,
        answer=given,
        at=now,
    )
    return Put(item, condition=Answer.pk.does_not_exist(), error=_Taken)


def _decided(contact: Contact, given: str, reply_id: str, now: datetime) -> list[Write]:
    partner_id = str(contact.partner_id)
    answered = AskAnswered(
        user_id=contact.user_id,
        goal_id=contact.goal_id,
        partner_id=partner_id,
        date=contact.date,
        answer=given,  # type: ignore[arg-type]
    )
    actions = [
        Contact.response.set(given),
        Contact.responded_at.set(now),
        Contact.version.set(contact.version + 1),
    ]
    as_read = Contact.version == contact.version
    writes: list[Write] = [
        Update(Contact, contact.pk, contact.sk, actions, condition=as_read, error=VersionConflict),
        outbox(answered, at=now, event_id=f"answer-{contact.message_id}-{reply_id}"),
    ]
    if contact.response is None:
        counted = [Partner.answer_count.add(1), Partner.version.add(1)]
        exists = Partner.pk.exists()
        writes.append(Update(Partner, user_pk(contact.user_id), partner_sk(partner_id), counted, condition=exists))
    if given in ANSWERED:
        writes.append(messaging.close_topic(day_topic(contact.goal_id, contact.date), CLOSED_BY, now=now))
    elif contact.response in ANSWERED:
        writes += _open_again(contact)
    return writes


def _open_again(contact: Contact) -> list[Write]:
    """Return the writes that let a day's asking go on: none where somebody else answered, or something else ended it.

    They hold to the other asks of the day as they were read, so that an answer which comes at the same moment counts.
    """
    asks = [one for one in run_context.contacts_of(contact.goal_id, contact.date) if one.type == contacts.ASK]
    others = [one for one in asks if one.sk != contact.sk]
    topic = reads.get(*messaging.topic_key(day_topic(contact.goal_id, contact.date)))
    if topic is None or topic.reason != CLOSED_BY or any(one.response in ANSWERED for one in others):
        return []
    unchanged = [Check(Contact, one.pk, one.sk, Contact.version == one.version, VersionConflict) for one in others]
    return [messaging.reopen_topic(topic, error=VersionConflict), *unchanged]


def _line(contact: Contact, given: str, reply_id: str, event: Reply | None, now: datetime) -> Write:
    quote = ""
    if event is not None:
        key = (Partner, user_pk(contact.user_id), partner_sk(event.recipient_id))
        quote = quoting.quoted(event, lambda: reads.get(*key))
    return timeline.line(
        contact.user_id,
        timeline.PARTNERS,
        SAID[given],
        filled={"name": contact.name},
        quote=quote,
        matter=f"answer#{reply_id}",
        at=now,
        goal_id=contact.goal_id,
        partner_id=contact.partner_id,
        answer=given,
        date=contact.date,
    )
