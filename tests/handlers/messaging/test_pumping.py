"""Nobody can have us text numbers that pay them: where they are, what they are, how many, and who is told (X-A-04)."""

from typing import Any

import pytest

from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.messaging import Channel, phones
from shared.messaging.limit_items import Budget, Spent, budget_pk
from shared.messaging.sending import budgets, dispatch
from tests import carriers, messages
from tests.carriers import Carrier
from tests.clock import START
from tests.texting import deliver, written


@pytest.fixture(autouse=True)
def carrier(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    messages.register_sender()
    with carriers.carried(Carrier()) as carrier:
        yield carrier


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """The metrics that were counted."""
    found: list[tuple[str, float]] = []
    monkeypatch.setattr(dispatch.metrics(), "add_metric", lambda name, unit, value: found.append((name, value)))
    return found


def limit(scope: str, units: int) -> None:
    fields = {"scope": scope, "units": units, "changed_at": START, "changed_by": "usr_admin"}
    commit(Put(Budget(pk=budget_pk(scope), sk=Budget.SK, **fields)))


def spent(scope: str) -> int:
    found = reads.get(Spent, budget_pk(scope), f"SPENT#{START.date().isoformat()}")
    return found.units if found else 0


def judged(number: int = 1, phone: str = "+447911123456", **changes: Any) -> tuple[str, str | None]:
    person = messages.enlist(f"ptn_{number}", phone=phone, email=None, channels=(Channel.SMS,))
    ask = messages.ask(f"ask-{number}", to=person, topics=(), **changes)
    dispatch.advance(ask, now=START)
    found = messages.standing(ask)
    return found.status, found.reason


@pytest.mark.covers("X-A-04")
@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        ("+5355123456", "COUNTRY"),
        ("+21620123456", "COUNTRY"),
        ("+261321234567", "COUNTRY"),
        ("+18765551234", "COUNTRY"),
        ("+881612345678", "NO_PERSON"),
        ("+870773111632", "NO_PERSON"),
        ("+883510000000", "NO_PERSON"),
        ("+447012345678", "NO_PERSON"),
    ],
)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE, Channel.WHATSAPP])
def test_what_was_stored_before_is_neither_texted_nor_called(
    carrier: Carrier, phone: str, reason: str, channel: Channel
) -> None:
    assert judged(phone=phone, channels=(channel,)) == ("BLOCKED", reason)
    assert carrier.taken == []


@pytest.mark.covers("X-A-04")
def test_whoever_writes_to_us_from_there_is_not_answered(carrier: Carrier) -> None:
    deliver(written("HELP", number="+5355123456"))
    (asked,) = messages.queued()
    dispatch.advance(asked, now=START)
    assert messages.standing(asked).reason == "COUNTRY"
    assert carrier.taken == []


@pytest.mark.covers("X-A-04")
@pytest.mark.parametrize("scope", ["user:usr_ada", "user:*", "prefix:+44791112", "country:GG", "country:*", "all:*"])
def test_a_budget_that_is_used_up_lets_a_message_wait_and_tells_somebody(
    carrier: Carrier, counted: list[tuple[str, float]], scope: str
) -> None:
    limit(scope, 0)
    assert judged() == ("DEFERRED", "BUDGET")
    assert carrier.taken == []
    assert [spent(one) for one in ("user:usr_ada", "prefix:+44791112", "country:GG", "all:*")] == [0, 0, 0, 0]
    assert [value for name, value in counted if name == dispatch.OVER_BUDGET] == [1]


@pytest.mark.covers("X-A-04")
def test_one_users_excess_is_theirs_alone(carrier: Carrier) -> None:
    limit("user:usr_ada", 2)
    assert judged(1)[0] == "SENT"
    first = carrier.taken[0].words.segments
    assert (spent("user:usr_ada"), spent("country:GG"), spent("all:*")) == (first, first, first)
    assert judged(2, phone="+447400900123") == ("DEFERRED", "BUDGET")
    assert judged(3, phone="+447400900124", subject_id="usr_bob")[0] == "SENT"


@pytest.mark.covers("X-A-04")
@pytest.mark.parametrize("failure", [carriers.FINAL, carriers.OPTED_OUT, carriers.AGAIN])
def test_what_the_provider_refused_is_given_back_in_every_scope(carrier: Carrier, failure: str) -> None:
    carrier.plan = carriers.script(failure)
    judged()
    assert [spent(one) for one in ("user:usr_ada", "prefix:+44791112", "country:GG", "all:*")] == [0, 0, 0, 0]


def test_each_country_has_a_limit_of_its_own_and_none_that_of_all() -> None:
    found = {}
    for phone in ("+12125550123", "+447911123456", "+61491570156"):
        known = budgets.limits(phones.describe(phone), "user:usr_ada", [])
        found |= {one.scope: one.units for one in known if not one.scope.startswith("prefix")}
    assert found == {
        "user:usr_ada": 120,
        "country:US": 2000,
        "country:GG": 300,
        "country:AU": 300,
        "all:*": 5000,
    }
    assert budgets.payer(None, "service") == "category:service"
