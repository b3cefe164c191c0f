"""R-14: every message that may leave leaves exactly once, and nothing after its end, whatever fails."""

import pytest

from tests import engine, mailroom, messages
from tests.figures import tell

SEED = 20260501


@pytest.fixture(autouse=True)
def _senders(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    engine.environment.read_anew()


def _judge(weather: mailroom.Storm, *, least: int) -> None:
    tell(weather.figures())
    assert weather.problems() == []
    assert min(weather.carrier.seen[kind] for kind in mailroom.PROVIDER) >= least
    assert min(weather.seen[kind] for kind in mailroom.STORAGE) >= least
    assert weather.carrier.asked >= least
    assert len(weather.ended) >= least
    assert set(weather.ended.values()) == set(mailroom.ENDS) or least < 3


@pytest.mark.covers("R-14", "X-A-35", "X-A-26", "X-A-15", "X-A-05", "S-A-65")
def test_in_a_storm_each_message_is_sent_once_and_none_after_its_end(stage: str) -> None:
    _judge(mailroom.storm(SEED, people=80, workers=6, rate=0.2), least=1)


@pytest.mark.soak
@pytest.mark.covers("R-14")
@pytest.mark.parametrize("seed", range(SEED + 1, SEED + 9))
def test_in_many_storms_each_message_is_sent_once(stage: str, seed: int) -> None:
    _judge(mailroom.storm(seed, people=300, workers=8, rate=0.2), least=10)
