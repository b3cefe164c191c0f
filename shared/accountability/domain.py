"""What accountability declares."""

from dataclasses import dataclass
from datetime import timedelta

from shared.kernel.categories import Cap, Category, Channel, Purpose
from shared.kernel.domains import Domain, Rate


@dataclass(frozen=True, slots=True)
class AccountabilitySettings:
    """What a deployment may tell accountability.

    Attributes:
        media_bucket: name of the bucket of uploads.
    """

    media_bucket: str = ""


_PARTNER = (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.VOICE)
_FALLBACK = timedelta(minutes=15)

DOMAIN = Domain(
    name="accountability",
    product="goals",
    permissions={
        "viewer": frozenset({"accountability:use"}),
        "guide": frozenset({"accountability:guide"}),
        "admin": frozenset({"accountability:guide", "accountability:manage"}),
    },
    rates={"invitation": Rate(60, 24 * 60 * 60), "partner-link": Rate(1, 60 * 60)},
    settings=AccountabilitySettings,
    categories=(
        Category("guide", (Channel.IN_APP, Channel.EMAIL)),
        # A life may depend on it: it cannot be switched off, and no hour is too late for it (X-A-32).
        Category("crisis", (Channel.IN_APP, Channel.EMAIL), critical=True, one_click=False),
        Category("progress", (Channel.IN_APP, Channel.EMAIL)),
        Category(
            "consent-request",
            (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP),
            caps=(Cap(3, timedelta(days=30)),),
            reply=True,
        ),
        # Whoever asks on their page for a new link gets it, also while they rest: it is no contact of ours.
        Category(
            "partner-link",
            (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP),
            critical=True,
            one_click=False,
            caps=(Cap(5, timedelta(hours=24)),),
        ),
        Category("partner-notice", _PARTNER, consent=Purpose.SUPPORT, fallback=_FALLBACK, reply=True, together=3),
        Category(
            "partner-ask",
            _PARTNER,
            consent=Purpose.SUPPORT,
            # Asks of two days in a row leave at about the same hour: the later one waits for the day to be full.
            caps=(Cap(1, timedelta(hours=24), wait=timedelta(hours=4)), Cap(3, timedelta(days=7))),
            subject_caps=(Cap(10, timedelta(hours=24)), Cap(30, timedelta(days=7))),
            fallback=_FALLBACK,
            reply=True,
            together=4,
            fair=True,
        ),
        # A week without a log concerns everybody (S-A-22), also those whose three asks of the week are used up.
        Category(
            "partner-week",
            _PARTNER,
            consent=Purpose.SUPPORT,
            caps=(Cap(1, timedelta(days=7)),),
            subject_caps=(Cap(30, timedelta(days=7)),),
            fallback=_FALLBACK,
            reply=True,
            together=5,
            fair=True,
            turns_of="partner-ask",
        ),
        # Whoever was asked is told that it is over: with the week's message the last that a full week has room for.
        Category("partner-all-clear", _PARTNER, consent=Purpose.SUPPORT, together=6),
        Category("partner-good-news", _PARTNER, consent=Purpose.SUPPORT, together=3),
        Category("partner-update", _PARTNER, consent=Purpose.SUPPORT, caps=(Cap(2, timedelta(days=7)),), together=4),
        Category("sales", (Channel.SMS, Channel.VOICE), consent=Purpose.SALES, caps=(Cap(2, timedelta(days=7)),)),
    ),
    statements="shared.accountability.team.consents",
    clock_marks=("shared.accountability.goals.items:Heartbeat",),
    samples={
        "contacts": 3,
        "date": "2026-03-01",
        "days": 7,
        "days_missed": 2,
        "ended_run": "2026-02-27",
        "escalation_id": "esc_01k0000000000000000000000a",
        "goal_id": "gol_01k0000000000000000000000a",
        "longest_streak": 30,
        "missed_since": "2026-02-28",
        "partner_id": "ptn_01k0000000000000000000000a",
        "step": 3,
        "streak": 7,
        "EscalationEnded.reason": "LOGGED",
        "GoalChanged.status": "PAUSED",
        "PartnerLeft.status": "LEFT",
        "StepSkipped.reason": "ANSWERED",
    },
)
