"""What each operation asks of AWS: calls, read and write units, of functions that have run before (warm)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from shared.accountability.goals import days
from shared.identity import seeding as identity_seeding
from shared.kernel.config import settings
from shared.kernel.realtime import connections, publish, subscriptions
from shared.kernel.realtime.channels import USER
from shared.kernel.realtime.connections import Authority
from shared.kernel.realtime.schemas import Subscribe
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from shared.live import metering
from shared.live.metering.items import VIEWING_SK, ViewingItem, viewing_pk
from shared.live.metering.rules import LEASE_INTERVALS
from shared.live.metering.schemas import MeterTick
from shared.payments import seeding as price_seeding
from shared.wallet.messages import BalanceChanged
from tests import deliveries, goals, queues, sockets
from tests.benchmarks import data, messaging
from tests.benchmarks.deployment import Deployment
from tests.benchmarks.load import load
from tests.benchmarks.sizes import item_bytes
from tests.calls import Answer, call, invoke
from tests.triggers import authorizer_event, schedule_event

EMAIL, PASSWORD = "bench@wellspring.example", "Deep-water-7"
SUBSCRIBERS = 2
ROWS = 200

Counts = dict[str, Any]


def measure(bench: Deployment) -> dict[str, Counts]:
    """Run every operation and return what it took."""
    found: dict[str, Counts] = {}
    for part in (_viewing, _wallet, _streams, _goals, messaging.measure, _identity, _payments, _live_hub):
        found |= part(bench)
    return found


def _counted(bench: Deployment, run: Callable[[], Any]) -> Counts:
    with bench.wire.counted() as counts:
        run()
    return counts


def _ok(answer: Answer) -> Answer:
    assert answer.status < 300, answer.text
    return answer


def _viewing(bench: Deployment) -> dict[str, Counts]:
    """Half an hour of watching, tick by tick; and the same tick through the use case alone."""
    data.open_stream()
    who = data.with_credits("watcher")
    data.leave(who, data.join(who, 0))
    found: dict[str, Counts] = {}
    total: Counts = {"ticks": data.INTERVALS, "calls": 0, "readUnits": 0.0, "writeUnits": 0.0}

    def step(name: str, run: Callable[[], Any]) -> Any:
        with bench.wire.counted() as counts:
            result = run()
        found[name] = counts
        for key in ("calls", "readUnits", "writeUnits"):
            total[key] += counts[key]
        return result

    session_id = step("join", lambda: data.join(who, 1))
    step("letIn", lambda: data.let_in(who, session_id, bench.clock.now()))
    for index in range(data.INTERVALS):
        renewing = index and index % LEASE_INTERVALS == 0
        if index == LEASE_INTERVALS - 1:
            largest = _session_bytes(session_id)
        step("renew" if renewing else "tick", lambda at=index: data.tick(who, session_id, at))
        bench.clock.advance(seconds=10)
    step("settle", lambda: data.leave(who, session_id))
    total |= {f"{key}PerTick": round(total[key] / data.INTERVALS, 3) for key in ("calls", "readUnits", "writeUnits")}
    total["sessionBytesBeforeRenewal"] = largest
    found["viewingOfHalfAnHour"] = total

    other = data.join(who, 2)
    body = MeterTick.model_validate(data.tick_body(other, 0))
    found["tickUseCase"] = _counted(bench, lambda: metering.charge(who.user_id, body, now=bench.clock.now()))
    data.leave(who, other)
    return found


def _session_bytes(session_id: str) -> int:
    key = ViewingItem.key(viewing_pk(session_id), VIEWING_SK)
    return item_bytes(dynamodb().get_item(TableName=ViewingItem.table(), Key=key)["Item"])


def _wallet(bench: Deployment) -> dict[str, Counts]:
    who = data.viewer("saver")
    load(settings().table("wallet"), partial(data.statement, who.user_id), ROWS)
    reads = {
        "balance": lambda: _ok(call("wallet.read_balance", caller=who)),
        "statementPage": lambda: _ok(call("wallet.list_entries", caller=who)),
    }
    for run in reads.values():
        run()
    return {name: _counted(bench, run) for name, run in reads.items()}


def _streams(bench: Deployment) -> dict[str, Counts]:
    load(settings().table("live"), data.streams, ROWS)
    list_streams = lambda: _ok(call("live.list_streams"))  # noqa: E731 - run twice
    list_streams()
    return {"streamList": _counted(bench, list_streams)}


def _goals(bench: Deployment) -> dict[str, Counts]:
    """Log a day through the API, a day that ends with its log and without one, a sweep of a hundred goals."""
    who = data.viewer("runner")
    made = [goals.put_goal(who.user_id, data.goal_id(number)) for number in range(3)]

    def log(number: int) -> Answer:
        return _ok(call("accountability.log_day", body=data.log_body(number), caller=who))

    log(0)
    found = {"logDay": _counted(bench, lambda: log(1))}
    logged, missed, later = made[1], made[2], made[1].due_at
    for name, goal in (("settleLoggedDay", logged), ("settleMissedDay", missed)):
        found[name] = _counted(bench, lambda goal=goal: days.close_due(goal.pk, goal.sk, now=later))
    load(settings().table("accountability"), data.stored_goals, ROWS)
    with queues.watched():
        invoke("accountability.sweep_days", schedule_event())
        return found | {"sweepMinute": _counted(bench, lambda: invoke("accountability.sweep_days", schedule_event()))}


def _identity(bench: Deployment) -> dict[str, Counts]:
    identity_seeding.ensure_account(EMAIL, PASSWORD, "Bench", [], bench.clock.now())
    login = lambda: _ok(call("identity.login", body={"email": EMAIL, "password": PASSWORD}))  # noqa: E731 - run twice
    token = login().data["accessToken"]
    event = authorizer_event(f"Bearer {token}")
    authorize = lambda: invoke("identity.authorize", event)  # noqa: E731 - run twice
    assert "userId" in authorize()["context"]
    return {"login": _counted(bench, login), "authorizer": _counted(bench, authorize)}


def _payments(bench: Deployment) -> dict[str, Counts]:
    price = price_seeding.ensure_prices(bench.clock.now())[0].id
    who = data.viewer("buyer")

    def checkout(number: int) -> None:
        request = {"key": f"buy-{number}", "request_id": f"buy-{number}"}
        _ok(call("payments.start_checkout", body={"priceId": price}, caller=who, **request))

    now = bench.clock.now()
    commit(Put(deliveries.payment(at=now)))
    checkout(0)
    deliveries.deliver(deliveries.event("evt_0", deliveries.COMPLETED), now)

    def receive() -> None:
        assert deliveries.deliver(deliveries.event("evt_1", deliveries.COMPLETED), now) == 200

    found = {"checkout": _counted(bench, lambda: checkout(1)), "webhookReceive": _counted(bench, receive)}

    def work() -> None:
        assert deliveries.work("evt_1") == []

    return found | {"webhookWork": _counted(bench, work)}


def _live_hub(bench: Deployment) -> dict[str, Counts]:
    who, now = data.viewer("listener"), bench.clock.now()
    signed_in: Authority = lambda *_, now: who  # noqa: E731 - its sign-in is not what is counted
    for number in range(SUBSCRIBERS):
        ticket, _ = connections.issue_ticket(who, now=now)
        connections.connect(ticket, f"con-{number}", signed_in, now=now)
        command = Subscribe(action="subscribe", channel=f"user:{who.user_id}")
        subscriptions.subscribe(f"con-{number}", command, [USER], signed_in, now=now)
    figures = {"balance": 1000, "available": 1000, "held": 0, "watching": 0, "level": "green", "as_of": now}
    message = BalanceChanged.model_validate(figures, by_name=True)
    with sockets.watched():
        publish(message, who.user_id, now=now)
        return {"publish": _counted(bench, lambda: publish(message, who.user_id, now=now))}
