"""R-04 for messages: bugs planted one by one, each found by a small storm or by what overtakes a sender."""

from collections.abc import Callable

import pytest

from shared.messaging import Channel
from shared.messaging.sending import dispatch
from tests import carriers, engine, mailroom, messages, mutants, senders
from tests.carriers import Carrier
from tests.clock import START
from tests.figures import tell
from tests.mutants import Mutant

CLAIM, SENDING, PROGRESS = senders.CLAIM, "shared.messaging.sending.dispatch", "shared.messaging.sending.progress"
_UNKNOWN = (
    'delivery.apply(attempt.message_id, attempt.attempt, "UNKNOWN", known=claimed, now=now)\n        return False'
)
_REFUSED = 'return _refused(attempt, Refused("silent", again=True), now)'
SEED = 20260502


def _storm() -> list[str]:
    return mailroom.storm(SEED, people=40, workers=6, rate=0.2).problems()


def _silent() -> list[str]:
    """Send a text that the provider takes without an answer: a storm meets that too rarely to be sure of it."""
    with carriers.carried(Carrier()) as carrier:
        ask = senders.Run(1).ask()
        carrier.plan = carriers.script(carriers.SILENT_AFTER)
        dispatch.advance(ask, now=START)
        senders.settle(carrier, ask, 0)
        taken = senders.taken_of(carrier, ask)
    return [] if taken == [Channel.SMS] else [f"taken by {taken}"]


def _overtaken(name: str) -> Callable[[], list[str]]:
    return lambda: senders.overtaking(name)[0]


def _tried_again(name: str) -> Callable[[], list[str]]:
    return lambda: senders.retried(name, (Channel.SMS,), carriers.AGAIN)


def _on_the_next_channel(name: str) -> Callable[[], list[str]]:
    return lambda: senders.retried(name, (Channel.SMS, Channel.VOICE), carriers.FINAL)


def _first_try_only(check: str, call: str) -> Mutant:
    new = f"*({call} if not known.message.attempt else []),"
    return Mutant(f"the claim of a second try overlooks {check}", CLAIM, "claim", f"*{call},", new)


_SECOND_TRIES = [
    (_first_try_only("a STOP", "_not_suppressed(known, way)"), _tried_again("a STOP")),
    (_first_try_only("a STOP", "_not_suppressed(known, way)"), _on_the_next_channel("a STOP")),
    (_first_try_only("a withdrawal", "_consented(known, way)"), _tried_again("a withdrawal")),
    (_first_try_only("a suspension", "_not_suspended(known.message)"), _on_the_next_channel("a suspension")),
    (_first_try_only("a farewell", "_recipient_as_read(known)"), _tried_again("a farewell")),
    (
        Mutant(
            "the claim of a second try overlooks a log",
            CLAIM,
            "claim",
            "for topic in dict.fromkeys(known.message.topics or ())",
            "for topic in (() if known.message.attempt else dict.fromkeys(known.message.topics or ()))",
        ),
        _tried_again("a log"),
    ),
]

_REFUSAL = "except Refused as refusal:\n        _return(ready.reserved)\n"
_BUDGETS = [
    (
        Mutant(
            "a budget is not given back on refusal",
            SENDING,
            "_send",
            _REFUSAL,
            "except Refused as refusal:\n        pass\n",
        ),
        lambda: senders.refunded(carriers.FINAL),
    ),
    (
        Mutant(
            "a budget is given back only where it ends",
            SENDING,
            "_send",
            _REFUSAL,
            "except Refused as refusal:\n        _return(None if refusal.again else ready.reserved)\n",
        ),
        lambda: senders.refunded(carriers.AGAIN),
    ),
    (
        Mutant(
            "a budget is not given back to who was overtaken",
            SENDING,
            "_send",
            "except VersionConflict:\n        _return(ready.reserved)\n",
            "except VersionConflict:\n",
        ),
        senders.overtaken_spends,
    ),
    (
        Mutant(
            "a budget is given back in the first scope alone",
            "shared.messaging.sending.budgets",
            "give_back",
            "in reservation.scopes",
            "in reservation.scopes[:1]",
        ),
        lambda: senders.refunded(carriers.FINAL),
    ),
]

MUTANTS = [
    *_SECOND_TRIES,
    *_BUDGETS,
    (
        senders.OVERLOOKS_TOPICS,
        _overtaken("a log"),
    ),
    (senders.OVERLOOKS_STOP, _overtaken("a STOP")),
    (Mutant("a claim overlooks consent", CLAIM, "claim", "*_consented(known, way),", ""), _overtaken("a withdrawal")),
    (
        Mutant("a claim overlooks who left", CLAIM, "claim", "*_recipient_as_read(known),", ""),
        _overtaken("a farewell"),
    ),
    (
        Mutant("a claim overlooks a pause", CLAIM, "claim", "*_recipient_as_read(known),", ""),
        _overtaken("a pause"),
    ),
    (
        Mutant("a claim overlooks a suspension", CLAIM, "claim", "*_not_suspended(known.message),", ""),
        _overtaken("a suspension"),
    ),
    (
        Mutant("a claim in hand is taken for a dead one", SENDING, "advance", "or message.due_at > now", ""),
        _overtaken(senders.WORKER),
    ),
    (Mutant("the provider is not asked", SENDING, "_ask", "taken = provider.find(", "taken = None and ("), _storm),
    (
        Mutant("silence is taken for a refusal", SENDING, "_send", _UNKNOWN, _REFUSED),
        _silent,
    ),
    (
        Mutant(
            "a claim that nobody finished is left",
            CLAIM,
            "_claimed",
            '"due_at": now + UNKNOWN_AFTER',
            '"due_at": message.expires_at',
        ),
        _storm,
    ),
    (
        Mutant("a cap counts nothing", CLAIM, "claim", "*counters.counted(known.message, known.counters, now),", ""),
        _storm,
    ),
    (
        Mutant(
            "a count is written over",
            "shared.messaging.sending.counters",
            "_one_more",
            "condition=unchanged",
            "condition=None",
        ),
        senders.rivals,
    ),
    (
        Mutant(
            "a refusal for now ends it",
            SENDING,
            "_refused",
            "if refusal.again and",
            "if not refusal.again and",
        ),
        _storm,
    ),
    (
        Mutant(
            "states go back",
            "shared.messaging.sending.delivery",
            "apply",
            "RANKS.get(state, -1) <= RANKS[item.state]",
            "False",
        ),
        _storm,
    ),
    (
        Mutant("nobody is told", PROGRESS, "ended", "return [over, _event(", "return [over] or [over, _event("),
        _storm,
    ),
    (
        Mutant(
            "a lost attempt is given up",
            SENDING,
            "_lost",
            "if (message.retries or 0) < len(BACKOFF):",
            "if message.retries is None:",
        ),
        _storm,
    ),
]


def _marks(number: int, mutant: Mutant) -> list[pytest.MarkDecorator]:
    quick = number % 3 == 0 or mutant.bug in {_SECOND_TRIES[0][0].bug, _BUDGETS[0][0].bug}
    return [] if quick else [pytest.mark.soak]


@pytest.fixture(autouse=True)
def _senders(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    engine.environment.read_anew()
    messages.register_sender()


@pytest.mark.covers("R-04", "R-14")
@pytest.mark.parametrize(
    ("mutant", "lane"),
    [
        pytest.param(mutant, lane, id=f"{number}-{mutant.bug}", marks=_marks(number, mutant))
        for number, (mutant, lane) in enumerate(MUTANTS)
    ],
)
def test_a_bug_is_found(stage: str, mutant: Mutant, lane: Callable[[], list[str]]) -> None:
    with mutants.planted(mutant):
        found = lane()
    tell({"bug": mutant.bug, "found": len(found), "such as": found[:1]})
    assert found


@pytest.mark.covers("R-04", "R-14")
def test_without_a_bug_silence_is_asked_after(stage: str) -> None:
    assert _silent() == []


@pytest.mark.covers("R-04", "X-A-15")
@pytest.mark.parametrize("lane", [lane for _, lane in _SECOND_TRIES[:2] + _BUDGETS])
def test_without_a_bug_a_second_try_is_overtaken_and_budgets_come_back(
    stage: str, lane: Callable[[], list[str]]
) -> None:
    assert lane() == []
