"""What is stored of escalations: the plan, its steps, and every contact with its result."""

from pynamodb.attributes import BooleanAttribute, MapAttribute, UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item

DUE_KIND = "step"


class PolicyVersion(Item):
    """One version of an escalation policy (X-A-16); ``steps`` are JSON (``rules.Step``).

    | key | value | access |
    |---|---|---|
    | pk | ``POLICY#<name>`` | |
    | sk | ``VERSION#<number, six digits>`` | the newest first; a frozen plan names its version |
    """

    domain = DOMAIN

    name = UnicodeAttribute()
    number = IntegerAttribute()
    steps = UnicodeAttribute()
    created_at = InstantAttribute()
    created_by = UnicodeAttribute()


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
    """One step of one missed day.

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | |
    | sk | ``STEP#<date>#<number, two digits>#<round, two digits>`` | claimed once |
    | due | kind ``step``, when it is to be taken | sweep |

    ``status``: PLANNED, DONE or SKIPPED, with ``reason``.
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    escalation_id = UnicodeAttribute()
    missed_since = UnicodeAttribute()
    date = UnicodeAttribute()
    days_missed = IntegerAttribute()
    number = IntegerAttribute()
    round = IntegerAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    contacts = IntegerAttribute(null=True)
    done_at = InstantAttribute(null=True)


class Contact(Item):
    """One person told or asked in one step: an escalation log of the specification (S-A-07, S-A-34).

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | timeline of a goal, all-clear |
    | sk | ``CONTACT#<date>#<step>#<round>#<partner>`` | delivery events, answers (``about`` of the message) |

    ``type``: progress_team_outreach, emergency_support_team_notification, emergency_support_team_checkin_request,
    milestone_celebration. ``state``: QUEUED, SENT, DELIVERED, FAILED, BLOCKED. ``results`` maps each channel to its
    state.
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    escalation_id = UnicodeAttribute(null=True)
    missed_since = UnicodeAttribute(null=True)
    date = UnicodeAttribute()
    escalation_day = IntegerAttribute()
    type = UnicodeAttribute()
    partner_id = UnicodeAttribute(null=True)
    recipient_id = UnicodeAttribute()
    message_id = UnicodeAttribute()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    results: MapAttribute[str, str] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    response = UnicodeAttribute(null=True)
    responded_at = InstantAttribute(null=True)
    all_clear = BooleanAttribute(null=True)
    contacted_at = InstantAttribute()


class Interaction(Item):
    """A line of the user's timeline (S-A-06).

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | timeline, newest first (S-A-09) |
    | sk | ``INTERACTION#<time, milliseconds, 15 digits>#<id>`` | |

    ``type``: progress_team_ai, progress_team_human, emergency_support_team_notification, planning_session.
    ``content`` is what happened in words for the user, never another person's address.
    """

    domain = DOMAIN

    interaction_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    type = UnicodeAttribute()
    goal_id = UnicodeAttribute(null=True)
    partner_id = UnicodeAttribute(null=True)
    content = UnicodeAttribute()
    metadata = UnicodeAttribute(null=True)
    at = InstantAttribute()
