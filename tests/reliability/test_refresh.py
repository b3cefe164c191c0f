"""R-19: one refresh token used by many at once, while storage throttles, falls silent, repeats and dies.

A family has at most one live successor, nobody is stranded within the overlap, and reuse after it ends the family.
"""

import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from shared.identity import rules, sessions
from shared.identity.errors import RefreshRefused
from shared.identity.items import Account, Session, user_pk
from shared.identity.registration import new_account
from shared.kernel.errors import Unavailable
from shared.kernel.storage.reads import get, query_all
from shared.kernel.storage.writes import Put, Update, commit
from tests import faults, interleaving, outbox
from tests.clock import START
from tests.figures import tell

USES = 50
REUSES = 5
FAMILIES = 200
OVERLAP_MS = 10_000
RATE = 0.2
OPERATIONS = ("BatchGetItem", "UpdateItem")
KINDS = (
    faults.THROTTLE,
    faults.BUSY,
    faults.SILENT_BEFORE,
    faults.SILENT_AFTER,
    faults.DUPLICATE,
    faults.CRASH_BEFORE,
    faults.CRASH_AFTER,
)


@dataclass
class Storm:
    """What a run saw."""

    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


def _account(number: int) -> Account:
    account = new_account(f"usr_{number:026d}", f"u{number}@wellspring.example", "none", now=START)
    commit(Put(account))
    return account


def _use(token: str, now: datetime, met: faults.Faults | None = None) -> tuple[str, str | None]:
    if met:
        met.revive()
    try:
        return "answered", sessions.rotate(token, now=now).token
    except faults.Crash:
        return "crashed", None
    except Unavailable:
        return "unavailable", None
    except RefreshRefused:
        return "refused", None


def _moments(seed: str) -> list[datetime]:
    """Return the instant of each use: within the overlap of one another, in no order."""
    draw = Random(seed)
    return [START + timedelta(milliseconds=draw.randrange(OVERLAP_MS + 1)) for _ in range(USES)]


def _family(account: Account, pool: ThreadPoolExecutor, plan: faults.Plan, storm: Storm, *, parent: bool) -> None:
    """Let one family go through the storm and hold it to what R-19 says; then reuse the parent, or the grandparent."""
    session = sessions._begin(account, now=START, new_device=False)
    first = sessions._token(session, 1)
    with faults.injected(plan, operations=OPERATIONS) as met:
        used = list(pool.map(_use, [first] * USES, _moments(f"{storm.seed} {account.user_id}"), [met] * USES))
    storm.outcomes.update(outcome for outcome, _ in used)
    storm.faults.update(met.seen)

    within = _standing(session).rotated_at + rules.OVERLAP
    outcome, successor = _use(first, within)
    assert outcome == "answered", "stranded within the overlap"
    assert {token for _, token in used if token} <= {successor}, "more than one successor"
    assert _standing(session).generation == 2, "the family moved on more than once"

    tokens = [first, successor]
    if not parent:
        tokens.append(sessions.rotate(successor, now=within).token)
    late = within + timedelta(milliseconds=1)
    with faults.injected(plan, operations=OPERATIONS) as met:
        reused = list(pool.map(_use, [first] * REUSES, [late] * REUSES, [met] * REUSES))
    assert {token for _, token in reused} == {None}, "the overlap has no end"
    for token in tokens:
        with pytest.raises(RefreshRefused):
            sessions.rotate(token, now=late)
    left = query_all(Session, (Session.pk == session.pk) & Session.sk.startswith("SESSION#"), consistent=True)
    assert list(left) == [], "a family outlived its reuse"


def _standing(session: Session) -> Session:
    stored: Session | None = get(Session, session.pk, session.sk)
    assert stored is not None
    return stored


def _run(families: int, seed: int) -> Storm:
    storm, plan = Storm(seed), faults.at_random(seed, RATE, KINDS)
    with ThreadPoolExecutor(USES) as pool:
        for number in range(families):
            _family(_account(number), pool, plan, storm, parent=number % 2 == 0)
    return storm


@pytest.mark.soak
@pytest.mark.covers("R-19", "X-P-14")
def test_fifty_uses_at_once_of_each_of_two_hundred_families_leave_one_successor(stage):
    storm = _run(FAMILIES, secrets.randbelow(2**32))
    tell(asdict(storm))
    assert sum(storm.outcomes.values()) == USES * FAMILIES
    assert all(storm.faults[kind] >= 100 for kind in KINDS)
    assert storm.outcomes["answered"] >= USES * FAMILIES * 0.8
    assert storm.outcomes["crashed"] >= 100


def _unconditional(session, generation, *, now):
    actions = [Session.generation.add(1), Session.rotated_at.set(now)]
    commit(Update(Session, session.pk, session.sk, actions))


def _random_token(session, generation):
    proof = secrets.token_urlsafe(32)
    return f"{session.user_id}.{session.session_id}.{generation}.{proof}"


def _no_overlap(presented, *, present, rotated_at, now):
    return rules.Use.ROTATE if presented == present else rules.Use.REUSED


def _endless_overlap(presented, *, present, rotated_at, now):
    return rules.Use.ROTATE if presented == present else rules.Use.REPEAT


def _parent_forgiven(presented, *, present, rotated_at, now):
    if presented == present - 1:
        return rules.Use.REPEAT
    return rules.Use.ROTATE if presented == present else rules.Use.REUSED


def _ends_nothing(session, *, now):
    return None


@pytest.mark.parametrize(
    ("module", "name", "bug"),
    [
        (sessions, "_move", _unconditional),
        (sessions, "_token", _random_token),
        (sessions, "_end_reused", _ends_nothing),
        (rules, "use_of", _no_overlap),
        (rules, "use_of", _endless_overlap),
        (rules, "use_of", _parent_forgiven),
    ],
    ids=[
        "unconditional move",
        "random tokens",
        "reuse is forgiven",
        "no overlap",
        "endless overlap",
        "the parent is good for ever",
    ],
)
def test_a_seeded_bug_is_caught(stage, monkeypatch, module, name, bug):
    monkeypatch.setattr(module, name, bug)
    # A write without its condition may bring a signed-out session half back, which then breaks whoever reads it.
    with pytest.raises((AssertionError, RefreshRefused, pytest.fail.Exception, TypeError)):
        _run(5, seed=19)


def test_signing_out_while_a_token_is_used_leaves_nothing_alive(stage):
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            session = sessions._begin(_account(number), now=START, new_device=False)
            token = sessions._token(session, 1)
            refreshed = [pool.submit(_attempt, token) for _ in range(4)]
            ended = pool.submit(sessions.sign_out, session.user_id, session.session_id, now=START)
            refreshed += [pool.submit(_attempt, token) for _ in range(3)]
            ended.result()
            live = {token, *(found for found in (use.result() for use in refreshed) if found)}
            assert get(Session, user_pk(session.user_id), session.sk) is None
            assert {_attempt(one) for one in live} == {None}


def _attempt(token: str) -> str | None:
    try:
        return sessions.rotate(token, now=START).token
    except RefreshRefused:
        return None


def _meeting() -> tuple[Session, list[Callable[[], object]]]:
    """Return a new session, and two uses of its token and a sign-out that meet over it."""
    session = sessions._begin(_account(secrets.randbelow(10**20)), now=START, new_device=False)
    token = sessions._token(session, 1)

    def use() -> None:
        sessions.rotate(token, now=START)

    return session, [use, use, lambda: sessions.sign_out(session.user_id, session.session_id, now=START)]


def _nothing_lives(session: Session) -> None:
    assert get(Session, session.pk, session.sk) is None
    for generation in (1, 2, 3):
        assert _attempt(sessions._token(session, generation)) is None
    ends = [end["cause"] for end in outbox.sent("identity", "SessionEnded") if end["session_id"] == session.session_id]
    assert ends == ["signed_out"]


@pytest.mark.covers("R-05")
def test_two_refreshes_and_a_sign_out_in_every_order_leave_nothing_alive(stage):
    """R-05: refresh, refresh and logout."""
    met: list[Session] = []

    def prepare() -> list[Callable[[], object]]:
        session, handlers = _meeting()
        met.append(session)
        return handlers

    orders = 0
    for meeting in interleaving.explore(prepare, most=400, seed=5):
        orders += 1
        assert {type(refused) for refused in meeting.refused.values()} <= {RefreshRefused}
        assert 2 not in meeting.refused, "signing out is never refused"
        _nothing_lives(met[-1])
    assert orders >= 20, "every order that there is: who comes after the sign-out goes no further"


@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
@pytest.mark.parametrize("who", range(3))
def test_a_crash_at_every_call_of_each_leaves_nothing_alive_once_the_sign_out_is_repeated(stage, who, kind):
    calls = interleaving.calls_of(_meeting()[1][who])
    assert calls >= 1
    for point in range(calls):
        session, handlers = _meeting()
        script = faults.script(*[None] * point, kind)
        with faults.injected(script, operations=(*faults.WRITES, "BatchGetItem")) as crashed, suppress(faults.Crash):
            handlers[who]()
        assert sum(crashed.seen.values()) == 1
        for handler in (*handlers, handlers[2]):
            with suppress(RefreshRefused):
                handler()
        _nothing_lives(session)
