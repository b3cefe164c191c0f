"""What is stored of escalations: the plan, its steps, and every contact with its result."""

from pynamodb.attributes import BooleanAttribute, MapAttribute, UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item

DUE_KIND = "step"


class Escalation(Item):
    """One run of missed days and the plan that follows it, frozen when it starts.

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | a goal's escalations |
    | sk | ``ESCALATION#<missed since>`` | one run has one |

    ``status``: OPEN or ENDED, with ``reason``. Its id derives from goal and first missed day.
    """

    domain = DOMAIN

    escalation_id = UnicodeAttribute()
    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    missed_since = UnicodeAttribute()
    policy = UnicodeAttribute()
    policy_version = IntegerAttribute()
    steps = UnicodeAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    started_at = InstantAttribute()
    ended_at = InstantAttribute(null=True)


class StepRow(DueIndexed):
    """One round of one step of one missed day.

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | |
    | sk | ``STEP#<date>#<number, two digits>#<round>`` | claimed once |
    | due | kind ``step``, when it is to be taken | sweep |

    ``round`` is ``00`` for the step itself, ``01`` and on for each time nobody answered, a partner's id where the
    next one is asked in that partner's place, and a message's where it was stopped because its partner may hear less by
    now; every round after the first turns to one. ``status``: PLANNED, DONE or
    SKIPPED, with ``reason`` (``rules.Obstacle``).
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    escalation_id = UnicodeAttribute()
    missed_since = UnicodeAttribute()
    date = UnicodeAttribute()
    days_missed = IntegerAttribute()
    number = IntegerAttribute()
    round = UnicodeAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    contacts = IntegerAttribute(null=True)
    done_at = InstantAttribute(null=True)


class Contact(Item):
    """One person told or asked: an escalation log of the specification (S-A-07, S-A-34).

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | timeline of a goal, all-clear |
    | sk | ``CONTACT#<date>#<step>#<recipient>`` | delivery events, answers: ``about`` of the message |

    The key holds no round: nobody is contacted twice in one step (X-A-35). ``step`` is its number in two digits,
    ``CLEAR`` for the all-clear of a run (with the run's first date) or ``MILESTONE``. ``state``: QUEUED, SENT,
    DELIVERED, FAILED, BLOCKED, CANCELLED, EXPIRED; ``results`` maps each channel to its state. ``sent_at`` is when a
    provider first took it: from then on the person counts as contacted. ``flexible``: the goal owes no such number of
    days as ``escalation_day``, so none is said.
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    escalation_id = UnicodeAttribute(null=True)
    missed_since = UnicodeAttribute(null=True)
    date = UnicodeAttribute()
    step = UnicodeAttribute()
    round = UnicodeAttribute(null=True)
    escalation_day = IntegerAttribute()
    type = UnicodeAttribute()
    partner_id = UnicodeAttribute(null=True)
    recipient_id = UnicodeAttribute()
    name = UnicodeAttribute()
    message_id = UnicodeAttribute()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    results: MapAttribute[str, str] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    response = UnicodeAttribute(null=True)
    responded_at = InstantAttribute(null=True)
    contacted_at = InstantAttribute()
    sent_at = InstantAttribute(null=True)
    flexible = BooleanAttribute(null=True)
    version = IntegerAttribute()


class Answer(Item):
    """One answer of a partner to a contact: all are kept, ``rules.DECIDES`` tells which count.

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | |
    | sk | ``ANSWER#<reply>`` | taken once |
    """

    domain = DOMAIN

    about = UnicodeAttribute()
    partner_id = UnicodeAttribute()
    answer = UnicodeAttribute()
    at = InstantAttribute()
