"""Which reads may be late. Every other read of a table is consistent; a new one that is not needs a reason here."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.imports import sources, tree

SHOWN = "shown to people, nothing is decided by it"
CHECKED = "what it finds is read again, consistently, before anything is done"
AGAIN = "what it misses is found by the next run"

MAY_BE_LATE = {
    "shared.accountability.escalation.history.contacts": SHOWN,
    "shared.accountability.escalation.history.escalations": SHOWN,
    "shared.accountability.escalation.history._steps": SHOWN,
    "shared.accountability.escalation.timeline.page": SHOWN,
    "shared.accountability.goals.insights._rates": SHOWN,
    "shared.accountability.goals.members.guided": CHECKED,
    "shared.accountability.goals.state.active_goals": AGAIN,
    "shared.accountability.team.cases.count_waiting": AGAIN,
    "shared.accountability.team.cases.listed": CHECKED,
    "shared.identity.users.display_names": SHOWN,
    "shared.kernel.due.due_before": CHECKED,
    "shared.kernel.inbox.received_between": AGAIN,
    "shared.kernel.realtime.presence._connections": SHOWN,
    "shared.kernel.realtime.presence.present": SHOWN,
    "shared.live.audience.recount": "it comes two seconds after the change that it counts",
    "shared.live.audience.viewers": SHOWN,
    "shared.live.categories._shown": SHOWN,
    "shared.live.categories.every": SHOWN,
    "shared.live.discovery._read": SHOWN,
    "shared.live.reconciling._on_air": "each is read again; whom it misses the next run finds",
    "shared.live.reconciling._settle_who_is_gone": "each is read again; whom it misses the next run finds",
    "shared.live.streams.end_all": "each is read again; whom it misses the next look at the rooms ends",
    "shared.live.metering.sweep.follow_stream": "each is read again; whom it misses the check of that session finds",
    "shared.messaging.inbound.reviews.queue": CHECKED,
    "shared.messaging.operating.messages_to": CHECKED,
    "shared.payments.history.purchases": SHOWN,
    "shared.payments.reviews.queue": CHECKED,
    "shared.wallet.adjustments.waiting": CHECKED,
    "shared.wallet.reconciliation._accounts": AGAIN,
    "shared.wallet.statement.page": SHOWN,
}

READS = {"get", "get_many", "query", "query_all", "count"}


def test_every_read_that_may_be_late_has_a_reason() -> None:
    found = {name for module, path in sources("shared", "functions").items() for name in late(module, path)}
    assert found == set(MAY_BE_LATE)


def late(module: str, path: Path) -> Iterator[str]:
    """Yield the functions of a module that ask for what may be late."""
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            if any(_may_be_late(call) for call in calls):
                yield f"{module}.{function.name}"


def _may_be_late(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    asked = {keyword.arg: keyword.value for keyword in call.keywords}
    consistent = asked.get("consistent")
    return ("index" in asked and name in READS) or (isinstance(consistent, ast.Constant) and consistent.value is False)
