"""What became of a contact's message: its result, the partner's counters, the line in the timeline (S-A-33 to S-A-35).

News of messages comes any number of times and in any order. Each changes the contact as it was read, together with all
that follows from it, so nothing is counted twice.
"""

from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability import timeline
from shared.accountability.escalation import clearing, contacts, outreach, rules, run_context, steps
from shared.accountability.escalation.items import Contact, Escalation, StepRow
from shared.accountability.items import goal_pk, key_of, user_pk
from shared.accountability.team import scope
from shared.accountability.team.items import Partner, partner_sk
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Put, Update, Write, transact
from shared.kernel.text.speech import Sentence

News = (
    messaging.events.MessageSent
    | messaging.events.MessageDelivered
    | messaging.events.ChannelFailed
    | messaging.events.MessageFailed
    | messaging.events.MessageBlocked
    | messaging.events.MessageCancelled
    | messaging.events.MessageExpired
)

STATES: dict[type[News], str] = {
    messaging.events.MessageSent: "SENT",
    messaging.events.MessageDelivered: "DELIVERED",
    messaging.events.ChannelFailed: "FAILED",
    messaging.events.MessageFailed: "FAILED",
    messaging.events.MessageBlocked: "BLOCKED",
    messaging.events.MessageCancelled: "CANCELLED",
    messaging.events.MessageExpired: "EXPIRED",
}
OF_A_CHANNEL = messaging.events.MessageSent | messaging.events.MessageDelivered | messaging.events.ChannelFailed
LEFT = frozenset({"SENT", "DELIVERED"})
UNREACHABLE = frozenset({"FAILED", "BLOCKED"})

WITHHELD = {
    "FREQUENCY": Sentence("{name} was left out, so that it does not become too many messages."),
    "PAUSED": Sentence("{name} was left out: they asked for a rest."),
    "QUIET_HOURS": Sentence("{name} was left out: it was never a time at which they may be contacted."),
    "NO_CONSENT": Sentence("{name} was not contacted: they did not agree to it in this way."),
    "PREFERENCES": Sentence("{name} was left out: they do not want messages of this kind."),
    "LANDLINE": Sentence(
        "We couldn't text {name}: this number can't receive texts. Add them again with an e-mail address."
    ),
    "NO_ADDRESS": Sentence("We have no number or address of {name}. Please add them again with one."),
    "NO_PERSON": Sentence("The number of {name} is not one of a person. Please add them again with another."),
    "COUNTRY": Sentence(
        "We can't text or call numbers of {name}'s country yet. Add them again with an e-mail address."
    ),
    "WHATSAPP_WINDOW": Sentence(
        "{name} could not be reached by WhatsApp. Ask them to choose a second way on their page."
    ),
    "SUPPRESSED_STOP": Sentence("{name} stopped our messages."),
    "SUPPRESSED_UNSUBSCRIBED": Sentence("{name} unsubscribed from our mails."),
    "SUPPRESSED_WRONG_NUMBER": Sentence(
        "The number of {name} is wrong. Please ask them for the right one, and add them again with it."
    ),
    "SUPPRESSED_BOUNCE": Sentence(
        "Mails to {name} come back. Please check the address, and add them again with the right one."
    ),
    "SUPPRESSED_COMPLAINT": Sentence("{name} marked our mails as unwanted."),
    "SUPPRESSED_CARRIER": Sentence(
        "The network of {name} does not take our texts. Add them again with an e-mail address."
    ),
    "SUPPRESSED_REVIEW": Sentence("{name} may want no messages from us: nothing goes to them for now."),
    "SUPPRESSED_STAFF": Sentence("{name} asked us not to write to them."),
    **dict.fromkeys(
        ("BUDGET", "NO_SENDER", "SENDER_UNREGISTERED", "TEMPLATE"),
        Sentence("{name} was not contacted, for a reason on our side. There is nothing that you need to do."),
    ),
}
"""What the timeline says of somebody who was not reached, by the reason, and what the user may do about it."""

_UNREACHED = Sentence("{name} could not be reached. Please ask them whether we have the right number or address.")

_CONTACTED = {
    contacts.OUTREACH: (
        Sentence("Your guide was told that you missed a day."),
        Sentence("Your guide was told that you missed {days} days."),
        Sentence("Your guide was told that you logged less often than planned."),
    ),
    contacts.NOTICE: (
        Sentence("{name} was told that you missed a day."),
        Sentence("{name} was told that you missed {days} days."),
        Sentence("{name} was told that you logged less often than planned."),
    ),
    contacts.ASK: (
        Sentence("{name} was asked to check in with you: you missed a day."),
        Sentence("{name} was asked to check in with you: you missed {days} days."),
        Sentence("{name} was asked to check in with you: you logged less often than planned."),
    ),
    contacts.CELEBRATION: (
        *(Sentence("{name} heard of your {days} days in a row."),) * 2,
        Sentence("{name} heard that you did it {days} times in a row."),
    ),
}
"""What the timeline says of somebody who was contacted: after one day, after several, where no days are counted."""


def note(event: News, *, now: datetime) -> None:
    """Take in what became of a message; messages of other matters are none of ours. Idempotent.

    Raises:
        Unavailable: others kept changing the contact; the event comes again.
    """
    key = key_of(event.about)
    if key is None:
        return

    def take() -> StepRow | None:
        contact = reads.get(Contact, key.pk, key.sk)
        if contact is None:
            raise LookupError("a contact and its message are written together")
        # Another one is of a message that was stopped, in whose place there is this.
        return _note(contact, event, now) if contact.message_id == event.message_id else None

    replacement = retry_on_conflict(take)
    if replacement is not None:
        steps.run(replacement.pk, replacement.sk, now=now)


def _note(contact: Contact, event: News, now: datetime) -> StepRow | None:
    """Apply news to a contact as it was read; return the round that asks somebody else at once, where there is one."""
    news = STATES[type(event)]
    state = contact.state if isinstance(event, messaging.events.ChannelFailed) else rules.later(contact.state, news)
    known: dict[str, str] = dict(contact.results.attribute_values) if contact.results else {}
    results = dict(known)
    if isinstance(event, OF_A_CHANNEL):
        results[event.channel] = rules.later(known.get(event.channel), news)
    first = news in LEFT and contact.sent_at is None
    if (state, results) == (contact.state, known) and not first:
        return None
    writes: list[Write] = [_changed(contact, state, results, getattr(event, "reason", None), first=first, now=now)]
    arrived = "DELIVERED" in {*results.values()} - {*known.values()}
    writes += _counted(contact, first=first, arrived=arrived, asked=(state in LEFT) - (contact.state in LEFT), now=now)
    if first:
        writes += _sent(contact, now)
    replacement = None
    if state != contact.state and state in UNREACHABLE:
        unreachable, replacement = _unreachable(contact, state, getattr(event, "reason", None), now)
        writes += unreachable
    if state != contact.state and _narrowed(contact, event):
        replacement = in_place_of(contact, contact.message_id, now=now)
        writes += unless_there(replacement)
    transact(writes)
    return replacement


def _narrowed(contact: Contact, event: News) -> bool:
    """Tell whether a step's message was stopped because its partner may hear less by now: the step tells or asks anew.

    That may be the same partner, in words that they may read.
    """
    stopped = isinstance(event, messaging.events.MessageCancelled) and event.reason == scope.NARROWED
    return stopped and contact.step.isdigit()


def _changed(
    contact: Contact, state: str, results: dict[str, str], reason: str | None, *, first: bool, now: datetime
) -> Update:
    actions: list[Action] = [
        Contact.state.set(state),
        Contact.results.set(results),
        Contact.version.set(contact.version + 1),
    ]
    if reason is not None and state != contact.state:
        actions.append(Contact.reason.set(reason))
    if first:
        actions.append(Contact.sent_at.set(now))
    as_read = (Contact.version == contact.version) & (Contact.message_id == contact.message_id)
    return Update(Contact, contact.pk, contact.sk, actions, condition=as_read, error=VersionConflict)


def _counted(contact: Contact, *, first: bool, arrived: bool, asked: int, now: datetime) -> list[Write]:
    asked = asked if contact.type == contacts.ASK else 0
    if contact.partner_id is None or not (first or arrived or asked):
        return []
    actions: list[Action] = [Partner.version.add(1)]
    if first:
        actions += [Partner.contact_count.add(1), Partner.last_contacted_at.set(now)]
    if asked:
        # Whose ask was blocked, or failed once it had left, was not asked.
        actions.append(Partner.ask_count.add(asked))
    if arrived:
        actions.append(Partner.delivered_count.add(1))
    exists = Partner.pk.exists()
    return [Update(Partner, user_pk(contact.user_id), partner_sk(contact.partner_id), actions, condition=exists)]


def _sent(contact: Contact, now: datetime) -> list[Write]:
    """Return what follows once somebody was really contacted: a line, and what depends on how the run stands."""
    writes: list[Write] = [_line(contact, _said(contact), "sent", now)]
    if contact.missed_since is None or contact.step == contacts.CLEAR:
        return writes
    escalation = reads.get(Escalation, goal_pk(contact.goal_id), run_context.escalation_sk(contact.missed_since))
    if escalation is None:
        raise LookupError("a contact of a run has its escalation")
    if escalation.status == "OPEN":
        followed = run_context.still_followed(contact.goal_id, contact.missed_since, error=VersionConflict)
        return [*writes, followed, *_if_unanswered(contact, escalation, now)]
    key = clearing.key_of(contact)
    if clearing.owed(contact, escalation) and reads.get(Contact, key.pk, key.sk) is None:
        writes += clearing.all_clear_writes(contact, escalation, error=VersionConflict, now=now)
    return writes


def _if_unanswered(contact: Contact, escalation: Escalation, now: datetime) -> list[Write]:
    """Return the write that plans the next round of an ask, for the time when nobody has answered (X-A-14)."""
    if contact.type != contacts.ASK:
        return []
    step = run_context.plan_of(escalation)[int(contact.step)]
    number = rules.next_round(str(contact.round))
    if step.acknowledge_within is None or number > step.repeat:
        return []
    due_at = now + timedelta(minutes=step.acknowledge_within)
    row = steps.MissedDay.of(contact).step(step.number, f"{number:02d}", due_at=due_at)
    return unless_there(row)


def _unreachable(contact: Contact, state: str, reason: str | None, now: datetime) -> tuple[list[Write], StepRow | None]:
    """Return what follows when somebody cannot be reached: the staff takes a guide's place, the next partner theirs."""
    matter = f"unreachable-{state}"
    if contact.type == contacts.OUTREACH:
        case = outreach.case(contact.user_id, contact.goal_id, contact.date, now=now)
        return [_line(contact, Sentence("Your guide could not be reached."), matter, now), case], None
    writes: list[Write] = [_line(contact, WITHHELD.get(str(reason), _UNREACHED), matter, now)]
    if contact.type != contacts.ASK:
        return writes, None
    row = in_place_of(contact, str(contact.partner_id), now=now)
    return [*writes, *unless_there(row)], row


def in_place_of(contact: Contact, round_: str, *, now: datetime) -> StepRow:
    """Return the round that tells or asks the next partner in the place of one."""
    return steps.MissedDay.of(contact).step(int(contact.step), round_, due_at=now)


def unless_there(row: StepRow) -> list[Write]:
    """Return the write that plans a round, none where it was planned before, whatever became of it. One read."""
    if reads.get(StepRow, row.pk, row.sk) is not None:
        return []
    return [Put(row, condition=StepRow.pk.does_not_exist(), error=VersionConflict)]


def _line(contact: Contact, content: Sentence, what: str, now: datetime) -> Write:
    return timeline.line(
        contact.user_id,
        timeline.GUIDE if contact.type == contacts.OUTREACH else timeline.PARTNERS,
        content,
        filled={"name": contact.name, "days": int(contact.escalation_day)},
        matter=f"{contact.message_id}#{what}",
        at=now,
        goal_id=contact.goal_id,
        partner_id=contact.partner_id,
        date=contact.date,
        day=contact.escalation_day,
    )


def _said(contact: Contact) -> Sentence:
    if contact.step == contacts.CLEAR:
        return Sentence("{name} was told that there is nothing more to do.")
    one, many, otherwise = _CONTACTED[contact.type]
    if contact.flexible:
        return otherwise
    return one if contact.escalation_day == 1 else many
