"""Goals, logs and profiles on the wire. Dates are local ones, ``YYYY-MM-DD``."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import AfterValidator, Field, Strict, StrictBool, model_validator

from shared.accountability.events import Outcome
from shared.accountability.goals.calendar import MAX_DAY_START, MAX_GRACE
from shared.accountability.goals.frequency import MAX_EVERY, WEEK, Kind
from shared.kernel.text.links import Greeting
from shared.kernel.text.reading import Line, Text
from shared.kernel.wire import Change, Instant, InstantInput, Versioned, Wire
from shared.kernel.zones import ZoneName

Status = Literal["ACTIVE", "PAUSED", "COMPLETED", "DELETED"]
Tier = Literal["tier_35", "tier_65", "tier_120", "tier_200"]
UploadKind = Literal["photo", "video", "voice"]

MAX_REST_DAYS = 60
MAX_PREFERENCES = 50
MAX_BATCH = 25
MAX_NOTES = 2000


def _real(day: str) -> str:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"{day} is no day of the calendar") from None
    return day


LocalDate = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-03-01"], json_schema_extra={"format": "date"}),
    AfterValidator(_real),
]
GoalId = Annotated[str, Field(min_length=1, max_length=64, examples=["gol_01jq4w8z7xkq3v9n2m5t6r8c1d"])]
UserId = Annotated[str, Field(min_length=1, max_length=64, examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])]
Title = Annotated[Greeting, Field(min_length=1, max_length=80, examples=["Morning run"])]
Description = Annotated[Text, Field(max_length=1000, examples=["Twenty minutes before breakfast."])]
Notes = Annotated[Text, Field(max_length=MAX_NOTES, examples=["Rainy, but done."])]
RequestId = Annotated[str, Field(min_length=1, max_length=128, examples=["4f9a1c52-1c1c-4a34-9a52-6a1d4ad3d8b1"])]
Policy = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["standard"])]
PhoneText = Annotated[str, Field(min_length=4, max_length=32, examples=["+12125550123"])]
Minutes = Annotated[int, Strict(), Field(ge=0)]
PhotoId = Annotated[str, Field(pattern=r"^pho_[0-9a-z]{26}$", examples=["pho_01jq4w8z7xkq3v9n2m5t6r8c1d"])]
VideoId = Annotated[str, Field(pattern=r"^vid_[0-9a-z]{26}$", examples=["vid_01jq4w8z7xkq3v9n2m5t6r8c1d"])]
VoiceId = Annotated[str, Field(pattern=r"^voi_[0-9a-z]{26}$", examples=["voi_01jq4w8z7xkq3v9n2m5t6r8c1d"])]

CursorQuery = Annotated[str | None, Query(max_length=1024, description="``nextCursor`` of the page before.")]
LimitQuery = Annotated[int, Query(ge=1, le=100)]
PathDate = Annotated[LocalDate, Path()]
FromQuery = Annotated[LocalDate | None, Query(alias="from", description="First day.")]
ToQuery = Annotated[LocalDate | None, Query(alias="to", description="Last day.")]
GoalQuery = Annotated[GoalId | None, Query(alias="goalId", description="One goal; left out: all of them.")]


class FrequencyView(Wire):
    """How often a goal asks for a log; ``n`` for PER_WEEK and EVERY_N_DAYS, ``weekdays`` (Monday is 1) for WEEKDAYS."""

    kind: Kind = Field(examples=["PER_WEEK"])
    n: Annotated[int, Strict(), Field(ge=1, le=MAX_EVERY)] | None = Field(default=None, examples=[3])
    weekdays: Annotated[list[Annotated[int, Strict(), Field(ge=1, le=WEEK)]], Field(max_length=WEEK)] | None = Field(
        default=None, examples=[None]
    )

    @model_validator(mode="after")
    def _whole(self) -> "FrequencyView":
        if (self.n is not None) != (self.kind in {"PER_WEEK", "EVERY_N_DAYS"}):
            raise ValueError("n goes with PER_WEEK and EVERY_N_DAYS")
        if bool(self.weekdays) != (self.kind == "WEEKDAYS"):
            raise ValueError("weekdays go with WEEKDAYS")
        if self.kind == "PER_WEEK" and (self.n or 0) > WEEK:
            raise ValueError(f"a week has {WEEK} days")
        return self


FrequencyInput = Annotated[Literal["daily"] | FrequencyView, Field(examples=["daily"])]
"""``daily`` (S-A-11) or a frequency by its kind."""


class StaffProfile(Versioned):
    """A user's settings for all of their goals, as staff read them; ``dayStart`` and ``grace`` are minutes."""

    user_id: UserId
    name: str = Field(description="What partners know the user by.", examples=["Ada"])
    zone: str = Field(examples=["America/New_York"])
    day_start: int = Field(examples=[180])
    grace: int = Field(examples=[60])
    tier: Tier = Field(examples=["tier_35"])
    personal_best_before: int = Field(examples=[12])
    share_milestones: bool = Field(examples=[True])
    guide_id: str | None = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1e"])
    onboarding_completed_at: Instant | None
    preferences: dict[str, Any] = Field(examples=[{"theme": "dark"}])
    version: int = Field(examples=[3])


class AccountabilityProfile(StaffProfile):
    """A user's settings for all of their goals (S-A-01, X-A-18)."""

    phone: str | None = Field(
        description="Where staff may call the user whose words speak of danger; shown to nobody else, used for nothing "
        "else.",
        examples=["+12125550123"],
    )


class AccountabilityProfileChange(Change):
    """What to change of a profile. Another zone, day start or grace begins with the next day (X-A-19)."""

    MAY_BE_NULL = frozenset({"phone"})

    name: Annotated[Greeting, Field(min_length=1, max_length=60, examples=["Ada"])] | None = None
    zone: ZoneName | None = None
    day_start: Annotated[Minutes, Field(le=MAX_DAY_START, examples=[180])] | None = None
    grace: Annotated[Minutes, Field(le=MAX_GRACE, examples=[60])] | None = None
    personal_best_before: Annotated[int, Strict(), Field(ge=0, le=36_500, examples=[12])] | None = None
    share_milestones: StrictBool | None = Field(default=None, examples=[True])
    phone: PhoneText | None = Field(
        default=None,
        description="A person's number with its country; kept in E.164. Staff call it where words of danger are the "
        "matter, and nothing else does. ``null`` takes it away.",
        examples=["+1 212 555 0123"],
    )
    onboarding_completed: Literal[True] | None = Field(
        default=None, description="Noted once, with the time.", examples=[True]
    )
    preferences: (
        Annotated[
            dict[
                Annotated[Line, Field(min_length=1, max_length=40)],
                StrictBool | Annotated[int, Strict()] | Annotated[Text, Field(max_length=200)],
            ],
            Field(max_length=MAX_PREFERENCES, examples=[{"theme": "dark"}]),
        ]
        | None
    ) = None


class GuideChoice(Wire):
    """Whom a user's missed days are told first; ``null`` for nobody."""

    guide_id: UserId | None


class NewGoal(Wire):
    """A goal to be set (S-A-11)."""

    title: Title
    frequency: FrequencyInput = "daily"
    description: Description | None = None
    escalation_enabled: StrictBool = Field(default=True, examples=[True])
    policy: Policy = "standard"


class GoalChange(Change):
    """What to change of a goal. Another frequency and other rest days begin tomorrow at the earliest (X-A-17)."""

    MAY_BE_NULL = frozenset({"description"})

    title: Title | None = None
    description: Description | None = None
    frequency: FrequencyInput | None = None
    escalation_enabled: StrictBool | None = Field(default=None, examples=[True])
    policy: Policy | None = None
    rest_days: Annotated[list[LocalDate], Field(max_length=MAX_REST_DAYS)] | None = Field(
        default=None, description="Every rest day from tomorrow on.", examples=[["2026-03-08"]]
    )


class PauseRequest(Wire):
    """A pause, its first and its last day; open-ended without ``until`` (X-A-17)."""

    first: LocalDate = Field(alias="from")
    until: LocalDate | None = Field(default=None, examples=["2026-03-08"])

    @model_validator(mode="after")
    def _forward(self) -> "PauseRequest":
        if self.until is not None and self.until < self.first:
            raise ValueError("a pause ends after it begins")
        return self


class OpenDay(Wire):
    """The day that can be logged: until ``closesAt``, and with the grace until ``logUntil``."""

    date: LocalDate
    zone: str = Field(examples=["America/New_York"])
    closes_at: Instant = Field(examples=["2026-03-02T08:00:00.000Z"])
    log_until: Instant = Field(examples=["2026-03-02T09:00:00.000Z"])


class GoalView(Versioned):
    """A goal as it stands. ``held``: nobody is contacted about it until a person has looked at it."""

    id: GoalId
    title: str = Field(examples=["Morning run"])
    description: str | None = Field(examples=["Twenty minutes before breakfast."])
    frequency: FrequencyView
    next_frequency: FrequencyView | None = Field(description="Begins with the next day.", examples=[None])
    status: Status = Field(examples=["ACTIVE"])
    escalation_enabled: bool = Field(examples=[True])
    policy: str = Field(examples=["standard"])
    held: bool = Field(examples=[False])
    open_day: OpenDay | None
    rest_days: list[LocalDate] = Field(examples=[["2026-03-08"]])
    pause_from: LocalDate | None = Field(examples=[None])
    pause_until: LocalDate | None = Field(examples=[None])
    streak: int = Field(examples=[12])
    longest_streak: int = Field(examples=[40])
    missed_run: int = Field(examples=[0])
    missed_since: LocalDate | None = Field(examples=[None])
    created_at: Instant = Field(examples=["2025-12-01T14:00:00.000Z"])
    completed_at: Instant | None = Field(examples=[None])
    deleted_at: Instant | None = Field(examples=[None])
    version: int = Field(examples=[3])


class LogFields(Wire):
    """What a log says."""

    completed: StrictBool = Field(examples=[True])
    notes: Notes | None = None
    photo: PhotoId | None = None
    video: VideoId | None = None
    voice: VoiceId | None = None


class NewLog(LogFields):
    """A log (S-A-12). Without a date it is of the open day, or of the one that has begun since if that is logged.

    ``requestId`` names the try: sent again it finds the same log (X-A-21); else ``Idempotency-Key`` does.
    """

    goal_id: GoalId
    date: LocalDate | None = None
    request_id: RequestId | None = None


class OfflineLog(LogFields):
    """A log written offline: its day, and when it was written by the device (S-A-62)."""

    goal_id: GoalId
    date: LocalDate
    request_id: RequestId
    recorded_at: InstantInput = Field(examples=["2026-03-01T21:15:00Z"])


class OfflineLogs(Wire):
    """What was logged offline, in any order."""

    logs: Annotated[list[OfflineLog], Field(min_length=1, max_length=MAX_BATCH)]


class LogChange(Change):
    """What to change of a log; ``null`` takes notes or a medium away."""

    MAY_BE_NULL = frozenset({"notes", "photo", "video", "voice"})

    completed: StrictBool | None = Field(default=None, examples=[True])
    notes: Notes | None = None
    photo: PhotoId | None = None
    video: VideoId | None = None
    voice: VoiceId | None = None


class LogView(Versioned):
    """A day of a goal with its log, if it has one. The addresses of media are good for 15 minutes.

    ``outcome`` is ``null`` while the day is open. ``escalationState``: of how many missed days in a row partners were
    told (S-A-05, D-04).
    """

    VERSION: ClassVar[str] = "revision"

    id: str | None = Field(examples=["log_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    goal_id: GoalId
    date: LocalDate
    zone: str = Field(examples=["America/New_York"])
    outcome: Outcome | None = Field(examples=["LOGGED"])
    completed: bool | None = Field(examples=[True])
    notes: str | None = Field(examples=["Rainy, but done."])
    photo_url: str | None = Field(examples=[None])
    video_url: str | None = Field(examples=[None])
    voice_url: str | None = Field(examples=[None])
    recorded_at: Instant | None = Field(examples=["2026-03-01T21:15:00.000Z"])
    logged_at: Instant | None = Field(examples=["2026-03-01T21:15:02.000Z"])
    revision: int = Field(examples=[0])
    escalation_state: int = Field(examples=[0])


class RevisionView(Wire):
    """A log as it was before an edit, and who changed it when."""

    revision: int = Field(examples=[1])
    completed: bool | None = Field(examples=[False])
    notes: str | None = Field(examples=["Rainy."])
    outcome: Outcome | None = Field(examples=["LOGGED"])
    changed_at: Instant = Field(examples=["2026-03-01T21:20:00.000Z"])
    changed_by: UserId


class OfflineResult(Wire):
    """What became of one offline log.

    LOGGED: taken, as a new log or over an earlier one. REPLAYED: it was taken before. SUPERSEDED: a log that was
    written later stands. REFUSED: see ``code``.
    """

    request_id: RequestId
    goal_id: GoalId
    date: LocalDate
    result: Literal["LOGGED", "REPLAYED", "SUPERSEDED", "REFUSED"] = Field(examples=["LOGGED"])
    code: str | None = Field(examples=[None])
    log: LogView | None


class NewUpload(Wire):
    """A file to be sent: what it is and exactly how many bytes it has."""

    kind: UploadKind = Field(examples=["photo"])
    content_type: Annotated[str, Field(max_length=80, examples=["image/jpeg"])]
    bytes: Annotated[int, Strict(), Field(ge=1, examples=[204800])]


class UploadView(Wire):
    """Where to send a file: PUT it to ``url`` with exactly these headers, once, then name ``id`` in a log."""

    id: str = Field(examples=["pho_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    url: str = Field(examples=["https://media.wellspring.example/media/usr_1/pho_1?X-Amz-Signature=0"])
    headers: dict[str, str] = Field(
        examples=[{"Content-Type": "image/jpeg", "Content-Length": "204800", "If-None-Match": "*"}]
    )
    expires_at: Instant


class InsightsView(Wire):
    """How it goes; the names are the specification's (S-A-13)."""

    achievement_rate: float = Field(alias="achievement_rate", ge=0, le=1, examples=[0.85])
    streak: int = Field(examples=[12])
    next_milestone: str | None = Field(alias="next_milestone", examples=["30 days"])


class GoalNumbers(Wire):
    """How one goal stands this moment; ``date`` is its open day."""

    goal_id: GoalId
    title: str = Field(examples=["Morning run"])
    date: LocalDate
    logged: bool = Field(examples=[True])
    completed: bool | None = Field(examples=[True])
    streak: int = Field(examples=[12])
    longest_streak: int = Field(examples=[40])
    missed_run: int = Field(examples=[0])
    achievement_rate: float = Field(ge=0, le=1, examples=[0.85])


class AnalyticsView(Wire):
    """How all goals that go on stand this moment: how many days are open, logged, and in a run of missed days."""

    goals: list[GoalNumbers]
    open_days: int = Field(examples=[1])
    logged: int = Field(examples=[1])
    missed: int = Field(examples=[0])


class OutageReport(Wire):
    """A time in which people could not log because of us (X-A-23)."""

    began_at: InstantInput = Field(alias="from", examples=["2026-03-01T19:00:00Z"])
    ended_at: InstantInput = Field(alias="to", examples=["2026-03-01T20:00:00Z"])

    @model_validator(mode="after")
    def _forward(self) -> "OutageReport":
        if self.ended_at <= self.began_at:
            raise ValueError("an outage ends after it begins")
        return self


class OutageView(Wire):
    """An outage as it is kept."""

    began_at: Instant = Field(alias="from", examples=["2026-03-01T19:00:00.000Z"])
    ended_at: Instant = Field(alias="to", examples=["2026-03-01T20:00:00.000Z"])
