"""R-05: what takes from an account meets what adds to it, and what ends a thing meets who uses it, in every order.

Two debits for credits that suffice for one, a top-up and a debit, a hold that is settled while it expires, a correction
that two people decide, a debit that is given back twice; a stream that ends while somebody joins it, an account that is
suspended, and one that gives way to a newer registration of its address while it is confirmed and used.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.identity import administration, registration, sessions, verification
from shared.identity.errors import ExpiredLink
from shared.identity.items import Account, EmailClaim, Profile, email_pk
from shared.identity.registration import new_account
from shared.kernel.errors import DomainError
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import ConditionFailed, transact
from shared.live import metering, streams
from shared.live.metering.joining import session_id_of
from shared.wallet import adjustments, journal
from shared.wallet.items import account_pk
from shared.wallet.rules import HoldSize, Reference
from shared.wallet.schemas import AdjustmentDecision, AdjustmentRequest
from tests import money, mutants, queues
from tests.bank import put_stream
from tests.clock import START
from tests.figures import tell
from tests.interleaving import Meeting, explore
from tests.mutants import Mutant
from tests.triggers import principal

MOST, SAMPLE, BITES = 5000, 15, 60
FUNDS = 100_000
RATE = 6000
EXPIRES = START + timedelta(minutes=1)

_numbers = itertools.count()


class Scene:
    """An account of its own with 100 credits; each deed notes what it was answered.

    Attributes:
        answers: by deed, ``done`` or the refusal's name.
    """

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.user, self.creator, self.stream = (f"{kind}_{self.number}" for kind in ("usr", "usr_creator", "str"))
        self.answers: dict[str, str] = {}
        journal.deposit(self.user, FUNDS, reference=Reference("PAYMENT", f"first-{self.user}"), now=START)

    def note(self, name: str, work: Callable[[], Any]) -> None:
        try:
            work()
        except (DomainError, ConditionFailed) as refused:
            self.answers[name] = type(refused).__name__
        else:
            self.answers[name] = "done"

    def _debit(self, name: str, reference: str, *, now: datetime = START) -> None:
        taken = {"reason": "race", "admin_id": "usr_admin", "now": now}
        once = Reference("ADMIN", f"{reference}-{self.user}")
        self.note(name, lambda: journal.adjust(self.user, -60_000, reference=once, **taken))

    def debit(self) -> None:
        self._debit("debit", "one")

    def debit_again(self) -> None:
        self._debit("again", "one")

    def other_debit(self) -> None:
        self._debit("other", "two", now=EXPIRES)

    def large_debit(self) -> None:
        taken = {"reason": "race", "admin_id": "usr_admin", "now": START}
        once = Reference("ADMIN", f"large-{self.user}")
        self.note("debit", lambda: journal.adjust(self.user, -120_000, reference=once, **taken))

    def _top_up(self, name: str) -> None:
        once = Reference("PAYMENT", f"more-{self.user}")
        self.note(name, lambda: journal.deposit(self.user, 50_000, bonus=5000, reference=once, now=START))

    def top_up(self) -> None:
        self._top_up("top-up")

    def top_up_again(self) -> None:
        self._top_up("again")

    def hold(self) -> None:
        """Set aside what is to be settled, and something else: the account holds enough to close the first twice."""
        for name, amount in (("h", 30_000), ("beside", 40_000)):
            size, nothing = HoldSize(amount, 1000), lambda *_: ()
            journal.open_hold(self.user, name, size, purpose="race", expires_at=EXPIRES, now=START, beside=nothing)

    def settle(self) -> None:
        used = {"held": 30_000, "used": 20_000, "earner": self.creator, "earner_permille": 700, "beside": ()}
        once = Reference("METER_EVENT", f"h-{self.user}")
        self.note("settle", lambda: journal.settle_hold(self.user, "h", reference=once, now=EXPIRES, **used))

    def expire(self) -> None:
        self.note("expire", lambda: journal.expire_hold(account_pk(self.user), "HOLD#h", now=EXPIRES))

    def ask(self) -> None:
        body = AdjustmentRequest(user_id=self.user, amount="-60", reason_code="SERVICE_FAULT", reason="Ticket 1")
        asked = adjustments._item(body, f"adj_{self.number}", admin_id="usr_asks", now=START)
        adjustments._ask(asked, START)

    def _decide(self, decision: str, admin: str) -> None:
        body = AdjustmentDecision(decision=decision, note="Seen the ticket.")
        decided = {"admin_id": admin, "now": START}
        self.note(f"{decision} {admin}", lambda: adjustments.decide(f"adj_{self.number}", body, **decided))

    def approve(self) -> None:
        self._decide("APPROVE", "one")

    def approve_too(self) -> None:
        self._decide("APPROVE", "two")

    def reject(self) -> None:
        self._decide("REJECT", "three")

    def _refund(self, name: str) -> None:
        body = AdjustmentRequest(
            user_id=self.user,
            type="REFUND",
            amount="60",
            reason_code="SERVICE_FAULT",
            reason="Froze",
            corrects=f"ADMIN#one-{self.user}",
        )
        told = {"admin_id": f"usr_admin_{self.number}", "operation": f"{name} {self.user}", "now": START}
        self.note(name, lambda: adjustments.adjust(body, **told))

    def refund(self) -> None:
        self._refund("refund")

    def refund_again(self) -> None:
        self._refund("again")

    def on_air(self) -> None:
        put_stream(self.stream, RATE, creator_id=self.creator)

    def end(self) -> None:
        streams.end(self.stream, principal(self.creator, "live:create"), now=START)
        metering.follow_stream(self.stream, now=START)

    def _join(self, device: str) -> None:
        told = {"operation": f"opn-{device}", "seen": RATE, "now": START}
        self.note(device, lambda: metering.join(self.stream, self.user, **told))

    def join(self) -> None:
        self._join("one")

    def join_elsewhere(self) -> None:
        self._join("two")

    @property
    def email(self) -> str:
        return f"u{self.number}@wellspring.example"

    def claim(self) -> None:
        """Register, unconfirmed, and sign in."""
        self.claimed = new_account(self.user, self.email, "none", now=START)
        registration.open_account(self.claimed, "First", replaces=None, now=START)
        self.session = sessions._begin(self.claimed, now=START, new_device=False)

    def confirm(self) -> None:
        self.note("confirm", self._confirm)

    def _confirm(self) -> None:
        account = get(Account, self.claimed.pk, Account.SK)
        if account is None:
            raise ExpiredLink
        transact(verification._confirming(account, now=START))

    def register(self) -> None:
        newer = new_account(f"usr_newer_{self.number}", self.email, "none", now=START)
        self.note("register", lambda: registration._claim(newer, "Second", now=START))

    def _refresh(self, name: str) -> None:
        token = sessions._token(self.session, 1)
        self.note(name, lambda: sessions.rotate(token, now=START))

    def refresh(self) -> None:
        self._refresh("refresh")

    def refresh_again(self) -> None:
        self._refresh("again")

    def suspend(self) -> None:
        administration.suspend(self.user, "Reported", by="usr_admin", now=START)

    def reinstate(self) -> None:
        administration.reinstate(self.user, "Looked at it", by="usr_admin", now=START)


Deed = Callable[[Scene], None]
Left = dict[str, Any]


@dataclass(frozen=True)
class Race:
    """Deeds that meet.

    Attributes:
        deeds: what happens at once.
        before: what happened before.
        holds: tells whether what was answered and what is left fit together, and to the order of the turns.
        preemptions: as in ``explore``; where there are more orders than can be tried.
    """

    deeds: Sequence[Deed]
    before: Sequence[Deed]
    holds: Callable[[Scene, Left, Meeting], bool]
    preemptions: int | None = None


def _after(meeting: Meeting, later: int, *earlier: int) -> bool:
    """Tell whether a deed began when others were done."""
    went = [who for who, _ in meeting.turns]
    return all(went.index(later) > len(went) - 1 - went[::-1].index(one) for one in earlier)


def _left(scene: Scene, books: money.Books) -> Left:
    account = books.accounts[scene.user]
    return {
        "balance": account.available + account.held,
        "holds": account.open_holds,
        "lines": Counter(line.type for line in books.entries[scene.user]),
        "viewings": [
            books.viewings[one].status
            for one in (session_id_of(scene.stream, f"opn-{device}") for device in ("one", "two"))
            if one in books.viewings
        ],
    }


def _of_two_debits_one(scene: Scene, left: Left, _: Meeting) -> bool:
    first, again, other = (scene.answers[name] for name in ("debit", "again", "other"))
    one = {first, other} == {"done", "InsufficientCredits"} and first == again
    return one and (left["balance"], left["lines"]) == (40_000, {"DEPOSIT": 1, "ADJUSTMENT": 1})


def _topped_up_once(scene: Scene, left: Left, meeting: Meeting) -> bool:
    taken = 120_000 if scene.answers["debit"] == "done" else 0
    in_time = not taken and any(_after(meeting, 2, top_up) for top_up in (0, 1))
    answered = scene.answers == {"top-up": "done", "again": "done", "debit": scene.answers["debit"]}
    lines = {"DEPOSIT": 3} | ({"ADJUSTMENT": 1} if taken else {})
    return answered and not in_time and (left["balance"], left["lines"]) == (155_000 - taken, lines)


def _closed_once(scene: Scene, left: Left, meeting: Meeting) -> bool:
    settled, taken = scene.answers["settle"] == "done", scene.answers["debit"] == "done"
    closed = {"DEBIT": 1} if settled else {"RELEASE": 1}
    lines = {"DEPOSIT": 1} | closed | ({"ADJUSTMENT": 1} if taken else {})
    balance = FUNDS - 20_000 * settled - 60_000 * taken
    # What expired comes back as a whole, and then suffices.
    fits = not (taken and settled) and (taken or settled or not _after(meeting, 2, 1))
    return fits and (left["holds"], left["balance"], left["lines"]) == (1, balance, lines)


def _decided_once(scene: Scene, left: Left, _: Meeting) -> bool:
    done = [name for name, answer in scene.answers.items() if answer == "done"]
    others = {answer for answer in scene.answers.values() if answer != "done"}
    posted = done != ["REJECT three"]
    item = adjustments._existing(f"adj_{scene.number}")
    stands = (item.status, item.decided_by) == ("POSTED" if posted else "REJECTED", done[0].split()[1])
    return len(done) == 1 and others == {"AdjustmentDecided"} and stands and left["balance"] == FUNDS - 60_000 * posted


def _given_back_once(scene: Scene, left: Left, _: Meeting) -> bool:
    answers = sorted((scene.answers["refund"], scene.answers["again"]))
    return answers == ["NotRefundable", "done"] and (left["balance"], left["lines"]["REFUND"]) == (FUNDS + 55_000, 1)


def _nobody_watches(scene: Scene, left: Left, _: Meeting) -> bool:
    fine = {scene.answers["one"], scene.answers["two"]} <= {"done", "StreamNotLive"}
    return fine and set(left["viewings"]) <= {"ENDED"} and (left["holds"], left["balance"]) == (0, FUNDS)


def _address_has_one_account(scene: Scene, _left: Left, _: Meeting) -> bool:
    """Whoever confirmed keeps account and sign-in; whoever gave way has neither."""
    claim = get(EmailClaim, email_pk(scene.email), EmailClaim.SK)
    newer = new_account(f"usr_newer_{scene.number}", scene.email, "none", now=START)
    confirmed = scene.answers["confirm"] == "done"
    stays, gone = (scene.claimed, newer) if confirmed else (newer, scene.claimed)
    there = [bool(get(kind, one.pk, kind.SK)) for one in (stays, gone) for kind in (Account, Profile)]
    scene.refresh()
    fine = scene.answers["refresh"] == ("done" if confirmed else "RefreshRefused")
    return claim is not None and claim.user_id == stays.user_id and there == [True, True, False, False] and fine


def _suspended(scene: Scene, _left: Left, meeting: Meeting) -> bool:
    """Nobody gets in once it is suspended, and whoever refreshed before can when it is reinstated."""
    answers = [scene.answers[name] for name in ("refresh", "again")]
    late = [_after(meeting, who, 0) and answer != "AccountSuspended" for who, answer in enumerate(answers, 1)]
    scene.refresh()
    out = scene.answers["refresh"] == "AccountSuspended"
    scene.reinstate()
    scene.refresh()
    return out and not any(late) and scene.answers["refresh"] == "done"


RACES = {
    "debit, again, another": Race((Scene.debit, Scene.debit_again, Scene.other_debit), (), _of_two_debits_one),
    "top-up, again, debit": Race((Scene.top_up, Scene.top_up_again, Scene.large_debit), (), _topped_up_once),
    "settle, expire, debit": Race((Scene.settle, Scene.expire, Scene.debit), (Scene.hold,), _closed_once),
    "approve, approve, reject": Race((Scene.approve, Scene.approve_too, Scene.reject), (Scene.ask,), _decided_once, 2),
    "refund, refund, top-up": Race(
        (Scene.refund, Scene.refund_again, Scene.top_up), (Scene.debit,), _given_back_once, 2
    ),
    "end, join, join": Race((Scene.end, Scene.join, Scene.join_elsewhere), (Scene.on_air,), _nobody_watches, 2),
    "confirm, register, refresh": Race(
        (Scene.confirm, Scene.register, Scene.refresh), (Scene.claim,), _address_has_one_account
    ),
    "suspend, refresh, refresh": Race((Scene.suspend, Scene.refresh, Scene.refresh_again), (Scene.claim,), _suspended),
}


@pytest.fixture(autouse=True)
def _queues(stage: str) -> Iterator[None]:
    with queues.watched():
        yield


def _run(name: str, *, most: int) -> tuple[list[str], int, Counter[tuple[int, ...]]]:
    race, scenes = RACES[name], []

    def prepare() -> Sequence[Callable[[], None]]:
        scene = Scene()
        for deed in race.before:
            deed(scene)
        scenes.append(scene)
        return [lambda deed=deed: deed(scene) for deed in race.deeds]

    seed = money.seed(20261127)
    meetings = list(explore(prepare, most=most, preemptions=race.preemptions, seed=seed))
    books = money.books()
    wrong = money.problems(books)
    for scene, meeting in zip(scenes, meetings, strict=True):
        left, answers = _left(scene, books), dict(scene.answers)
        if meeting.refused or not race.holds(scene, left, meeting):
            wrong.append(f"{json.dumps([who for who, _ in meeting.turns])}: {answers} {left} {meeting.refused}")
    orders = Counter(tuple(dict.fromkeys(who for who, _ in reversed(meeting.turns))) for meeting in meetings)
    tell({"race": name, "seed": seed, "orders": len(meetings), "ways": len(orders), "wrong": wrong[:1]})
    return wrong, len(meetings), orders


@pytest.mark.soak
@pytest.mark.covers("R-05", "X-W-03")
@pytest.mark.parametrize("race", RACES)
def test_every_order_comes_to_what_was_promised(race: str) -> None:
    wrong, tried, orders = _run(race, most=MOST)
    assert wrong == []
    assert tried < MOST, "there are more orders"
    assert len(orders) > 1, "they never met"


@pytest.mark.covers_partly("R-05", missing="neither seats of classes nor the deletion of an account exist")
@pytest.mark.parametrize("race", RACES)
def test_some_orders_come_to_what_was_promised(race: str) -> None:
    assert _run(race, most=SAMPLE)[0] == []


JOURNAL, ADJUSTMENTS = journal.__name__, adjustments.__name__
BUGS = {
    "debit, again, another": Mutant(
        "an account is written over whatever it became",
        JOURNAL,
        "account_write",
        "condition=unchanged",
        "condition=None",
    ),
    "top-up, again, debit": Mutant(
        "a reference is applied again",
        JOURNAL,
        "journal_writes",
        "condition=JournalItem.pk.does_not_exist()",
        "condition=None",
    ),
    "settle, expire, debit": Mutant(
        "a closed hold is closed again", JOURNAL, "_close", "condition=_open_with(held), error=HoldClosed", ""
    ),
    "approve, approve, reject": Mutant(
        "a correction is decided again", ADJUSTMENTS, "_decided", "condition=still", "condition=None"
    ),
    "refund, refund, top-up": Mutant(
        "a refund goes by the name of its request",
        ADJUSTMENTS,
        "_item",
        '(body.corrects or "") if body.type == "REFUND" else adjustment_id',
        "adjustment_id",
    ),
    "end, join, join": Mutant(
        "nobody looks whether the stream ended meanwhile",
        "shared.live.metering.joining",
        "join",
        "_in_step(opened, now=now)",
        "pass",
    ),
    "confirm, register, refresh": Mutant(
        "a confirmed account gives way",
        registration.__name__,
        "_giving_way",
        "condition=unconfirmed, error=AddressTaken",
        "",
    ),
    "suspend, refresh, refresh": Mutant(
        "the suspended refresh on", sessions.__name__, "rotate", "if account.suspended_at is not None:", "if False:"
    ),
}


@pytest.mark.soak
@pytest.mark.covers("R-05")
@pytest.mark.parametrize("race", RACES)
def test_a_planted_bug_is_found(race: str) -> None:
    with mutants.planted(BUGS[race]):
        assert _run(race, most=BITES)[0], "the bug was not found"
