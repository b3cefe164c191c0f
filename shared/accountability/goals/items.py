"""What is stored of goals and their days."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.accountability.goals.calendar import Window
from shared.accountability.goals.rules import Tally
from shared.accountability.items import DOMAIN, goal_pk
from shared.accountability.trail import Revision
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.writes import Update

DUE_KIND = "day"
OUTAGE_KIND = "outage"


class Member(Item):
    """A user's settings for all of their goals (S-A-01).

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | with every change of a goal, messages to partners |
    | sk | ``MEMBER`` | |
    | guided | ``guide_id``, ``user_id`` | the users of a guide |

    ``day_start`` and ``grace`` are minutes: the local day begins at ``day_start`` after midnight and stays open
    ``grace`` longer (X-A-18). ``name`` is what partners know the user by. ``share_milestones`` lets partners hear of
    successes. ``phone`` is E.164: staff call it in a crisis, and nothing else uses it. ``goals`` counts those that are
    not deleted.
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
    phone = UnicodeAttribute(null=True)
    guide_id = UnicodeAttribute(null=True)
    onboarding_completed_at = InstantAttribute(null=True)
    preferences = UnicodeAttribute(null=True)
    goals = IntegerAttribute()
    version = IntegerAttribute()


class Tallied(Item):
    """What the days up to and including one add up to (``rules.Tally``)."""

    domain = DOMAIN

    streak = IntegerAttribute()
    streak_since = UnicodeAttribute(null=True)
    longest_streak = IntegerAttribute()
    missed_run = IntegerAttribute()
    missed_since = UnicodeAttribute(null=True)
    days_done = IntegerAttribute()
    days_asked = IntegerAttribute()

    @property
    def tally(self) -> Tally:
        """The stored tally."""
        return Tally(
            self.streak,
            self.streak_since,
            self.longest_streak,
            self.missed_run,
            self.missed_since,
            self.days_done,
            self.days_asked,
        )

    def put_tally(self, tally: Tally) -> None:
        """Take a tally over."""
        self.streak, self.streak_since, self.longest_streak = tally.streak, tally.streak_since, tally.longest
        self.missed_run, self.missed_since = tally.missed_run, tally.missed_since
        self.days_done, self.days_asked = tally.done, tally.asked


class Goal(DueIndexed, Tallied):
    """A goal, with the day of it that is open.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | a user's goals |
    | sk | ``GOAL#<goal>`` | one goal |
    | due | kind ``day``, the end of the open day with its grace | sweep: days that ended |
    | active | ``active_shard``, ``active_key`` | auditor: goals that must have a deadline |

    ``status``: ACTIVE, PAUSED, COMPLETED, DELETED. ``frequency`` is JSON (``frequency.Frequency``). ``open_day`` is a
    local date, ``open_zone`` the zone in force for it, ``opened_at`` and ``closes_at`` its instants (without grace);
    a change of zone, day start or frequency takes effect with the next day. The tally takes in every day that is over
    and the log of the open one. ``missed_run`` counts missed days in a row since ``missed_since``, none of them before
    ``run_from``: the open day when a run was last withdrawn. ``celebrated`` is the last milestone told,
    ``<first day of the streak>#<days>``. ``last_logged`` is the latest logged day, ``last_request`` the request that
    logged it. ``held_at`` marks a goal whose automatic texts a person has to release (crisis), and is when the
    latest words of danger were said. ``policy`` names the escalation policy. Everything that changes a goal or a day of
    it counts ``version`` up.
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
    rest_days: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    pause_from = UnicodeAttribute(null=True)
    pause_until = UnicodeAttribute(null=True)
    dropped_pause = UnicodeAttribute(null=True)
    run_from = UnicodeAttribute(null=True)
    celebrated = UnicodeAttribute(null=True)
    last_logged = UnicodeAttribute(null=True)
    last_request = UnicodeAttribute(null=True)
    held_at = InstantAttribute(null=True)
    first_day = UnicodeAttribute()
    created_at = InstantAttribute()
    completed_at = InstantAttribute(null=True)
    deleted_at = InstantAttribute(null=True)
    active_shard = UnicodeAttribute(null=True)
    active_key = UnicodeAttribute(null=True)
    version = IntegerAttribute()

    @property
    def window(self) -> Window:
        """The open day."""
        return Window(self.open_day, self.open_zone, self.opened_at, self.closes_at, self.due_at)


def goal_sk(goal_id: str) -> str:
    """Return the sort key of a goal."""
    return f"GOAL#{goal_id}"


class Day(Tallied):
    """One local day of a goal: its log while it is open and after, its outcome once it is over (X-A-19, X-A-21).

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | |
    | sk | ``DAY#<date>`` | logs by date (S-A-09), streaks, insights |

    ``zone`` and ``frequency`` are those in force that day. ``outcome`` is ``events.Outcome``, absent while the day is
    open; the tally is the one at its end, or as it stood when it was logged. ``escalation_state`` is how many missed
    days in a row partners have been told of (D-04); it belongs to escalation. ``revision`` counts edits, each kept in a
    ``LogRevision``. ``recorded_at`` is when the user wrote the log, by their device: of two the later one stands.
    ``photo``, ``video`` and ``voice`` are ids of uploads.
    """

    domain = DOMAIN

    goal_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    date = UnicodeAttribute()
    zone = UnicodeAttribute()
    frequency = UnicodeAttribute()
    opened_at = InstantAttribute()
    closes_at = InstantAttribute()
    log_id = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    completed = BooleanAttribute(null=True)
    notes = UnicodeAttribute(null=True)
    photo = UnicodeAttribute(null=True)
    video = UnicodeAttribute(null=True)
    voice = UnicodeAttribute(null=True)
    recorded_at = InstantAttribute(null=True)
    logged_at = InstantAttribute(null=True)
    revision = IntegerAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    closed_at = InstantAttribute(null=True)
    escalation_state = IntegerAttribute(null=True)

    @classmethod
    def of(cls, goal: Goal, window: Window) -> "Day":
        """Return a day of a goal without log or outcome."""
        day = cls(
            pk=goal_pk(goal.goal_id),
            sk=day_sk(window.day),
            goal_id=goal.goal_id,
            user_id=goal.user_id,
            date=window.day,
            zone=window.zone,
            frequency=goal.frequency,
            opened_at=window.opened_at,
            closes_at=window.closes_at,
        )
        day.put_tally(goal.tally)
        return day

    def write(self, **options: Any) -> Update:
        """Return the write that stores the day; what belongs to escalation stays as it is."""
        actions: list[Action] = []
        for name, attribute in type(self).get_attributes().items():
            if name not in {"pk", "sk", "escalation_state"}:
                value = getattr(self, name)
                actions.append(attribute.remove() if value is None else attribute.set(value))
        return Update(type(self), self.pk, self.sk, actions, **options)


def day_sk(day: str) -> str:
    """Return the sort key of a day."""
    return f"DAY#{day}"


class LogRevision(Revision):
    """A log as it was before an edit: who changed what when (X-A-22, S-A-10).

    | key | value | access |
    |---|---|---|
    | pk | ``GOAL#<goal>`` | history of a day's log |
    | sk | ``REVISION#<date>#<number, four digits>`` | |
    """

    goal_id = UnicodeAttribute()
    date = UnicodeAttribute()
    revision = IntegerAttribute()


class Outage(DueIndexed):
    """A time in which people could not log because of us (X-A-23).

    | key | value | access |
    |---|---|---|
    | pk | ``OUTAGES`` | outages that touch a day |
    | sk | ``<end, milliseconds, 15 digits>`` | |
    | due | kind ``outage``, from its report on | sweep: days to excuse that were settled before |

    ``shard`` and ``after`` tell how far the walk over the goals has come.
    """

    domain = DOMAIN
    PK = "OUTAGES"

    began_at = InstantAttribute()
    ended_at = InstantAttribute()
    source = UnicodeAttribute()
    shard = IntegerAttribute(null=True)
    after = UnicodeAttribute(null=True)


class Heartbeat(Item):
    """When days were last swept: a gap is an outage.

    | key | value | access |
    |---|---|---|
    | pk | ``HEARTBEAT`` | moved on by each sweep |
    | sk | ``DAYS`` | |
    """

    domain = DOMAIN
    PK, SK = "HEARTBEAT", "DAYS"

    at = InstantAttribute()


class Walk(Item):
    """How far the auditor has come in its walk over the goals that must have a deadline.

    | key | value | access |
    |---|---|---|
    | pk | ``WALK`` | each run goes on where the last one stopped |
    | sk | ``GOALS`` | |
    """

    domain = DOMAIN
    PK, SK = "WALK", "GOALS"

    shard = IntegerAttribute()
    after = UnicodeAttribute(null=True)
