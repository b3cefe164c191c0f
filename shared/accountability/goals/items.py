"""What is stored of goals and their days."""

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item

DUE_KIND = "day"


class Member(Item):
    """A user's settings for all of their goals (S-A-01).

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | with every change of a goal, messages to partners |
    | sk | ``MEMBER`` | |

    ``day_start`` and ``grace`` are minutes: the local day begins at ``day_start`` after midnight and stays open
    ``grace`` longer (X-A-18). ``name`` is what partners know the user by. ``share_milestones`` lets partners hear of
    successes.
    """

    domain = DOMAIN
    SK = "MEMBER"

    user_id = UnicodeAttribute()
    name = UnicodeAttribute()
    zone = UnicodeAttribute()
    day_start = IntegerAttribute()
    grace = IntegerAttribute()
    tier = UnicodeAttribute()
    personal_best_before = IntegerAttribute()
    share_milestones = BooleanAttribute()
    guide_id = UnicodeAttribute(null=True)
    onboarding_completed_at = InstantAttribute(null=True)
    preferences = UnicodeAttribute(null=True)
    version = IntegerAttribute()


class Goal(DueIndexed):
    """A goal, with the day of it that is open.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | a user's goals |
    | sk | ``GOAL#<goal>`` | one goal |
    | due | kind ``day``, the end of the open day with its grace | sweep: days that ended |
    | active | ``active_shard``, ``active_key`` | auditor: goals that must have a deadline |

    ``status``: ACTIVE, PAUSED, COMPLETED, DELETED. ``frequency`` is JSON (``rules.Frequency``). ``open_day`` is a
    local date, ``open_zone`` the zone in force for it, ``opened_at`` and ``closes_at`` its instants (without grace);
    a change of zone, day start or frequency takes effect with the next day. ``missed_run`` counts missed days in a
    row since ``missed_since``. ``held_at`` marks a goal whose automatic texts a person has to release (crisis).
    ``policy`` names the escalation policy.
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    title = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    frequency = UnicodeAttribute()
    next_frequency = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    escalation_enabled = BooleanAttribute()
    policy = UnicodeAttribute()
    open_day = UnicodeAttribute(null=True)
    open_zone = UnicodeAttribute(null=True)
    opened_at = InstantAttribute(null=True)
    closes_at = InstantAttribute(null=True)
    rest_days = ListAttribute(of=UnicodeAttribute, null=True)
    pause_from = UnicodeAttribute(null=True)
    pause_until = UnicodeAttribute(null=True)
    streak = IntegerAttribute()
    longest_streak = IntegerAttribute()
    missed_run = IntegerAttribute()
    missed_since = UnicodeAttribute(null=True)
    held_at = InstantAttribute(null=True)
    first_day = UnicodeAttribute()
    created_at = InstantAttribute()
    completed_at = InstantAttribute(null=True)
    deleted_at = InstantAttribute(null=True)
    active_shard = UnicodeAttribute(null=True)
    active_key = UnicodeAttribute(null=True)
    version = IntegerAttribute()


def goal_sk(goal_id: str) -> str:
    """Return the sort key of a goal."""
    return f"GOAL#{goal_id}"


class Day(Item):
    """One local day of a goal: its log while it is open and after, its outcome once it is over (X-A-19, X-A-21).

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | |
    | sk | ``DAY#<date>`` | logs by date (S-A-09), streaks, insights |

    ``zone`` is the one in force that day. ``outcome`` is ``events.Outcome``, absent while the day is open.
    ``streak_after`` and ``missed_after`` are the runs at its end. ``escalation_state`` is how many missed days in a
    row partners have been told of (D-04); ``revision`` counts edits, each kept in a ``LogRevision``. ``media`` are
    keys of uploads by kind.
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    date = UnicodeAttribute()
    zone = UnicodeAttribute()
    opened_at = InstantAttribute()
    closes_at = InstantAttribute()
    log_id = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    completed = BooleanAttribute(null=True)
    notes = UnicodeAttribute(null=True)
    photo = UnicodeAttribute(null=True)
    video = UnicodeAttribute(null=True)
    voice = UnicodeAttribute(null=True)
    logged_at = InstantAttribute(null=True)
    revision = IntegerAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    closed_at = InstantAttribute(null=True)
    streak_after = IntegerAttribute(null=True)
    missed_after = IntegerAttribute(null=True)
    escalation_state = IntegerAttribute(null=True)


def day_sk(day: str) -> str:
    """Return the sort key of a day."""
    return f"DAY#{day}"


class LogRevision(Item):
    """A log as it was before an edit: who changed what when (X-A-22, S-A-10).

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | history of a day's log |
    | sk | ``REVISION#<date>#<number, four digits>`` | |
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    date = UnicodeAttribute()
    revision = IntegerAttribute()
    before = UnicodeAttribute()
    changed_at = InstantAttribute()
    changed_by = UnicodeAttribute()


class Outage(Item):
    """A time in which people could not log because of us (X-A-23).

    | key | value | access |
    |---|---|---|
    | pk | ``OUTAGES`` | outages that touch a day |
    | sk | ``<end, milliseconds, 15 digits>`` | |
    """

    domain = DOMAIN
    PK = "OUTAGES"

    began_at = InstantAttribute()
    ended_at = InstantAttribute()
    source = UnicodeAttribute()
