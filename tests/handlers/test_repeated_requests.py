"""Every endpoint that takes an ``Idempotency-Key`` honours it (X-P-01); what they do behind it is stood in for."""

from typing import Any

import pytest

from shared.kernel.declare import PUBLIC, Function
from shared.kernel.shells.http import HttpShell
from shared.kernel.wire import Raw
from tests import gates
from tests.calls import CONTEXT
from tests.triggers import http_event, principal

TAKING = [function for function in gates.endpoints() if function.declaration.trigger.idempotent]


@pytest.mark.covers("R-07", "X-P-01")
@pytest.mark.parametrize("function", TAKING, ids=gates.route_of)
def test_a_repeated_request_has_one_effect_and_the_first_answer(aws: None, function: Function[Any, Any]) -> None:
    effects: list[int] = []

    def effect() -> Raw:
        effects.append(1)
        return Raw(f"answer {len(effects)}", media_type="text/plain", status=gates.REACHED)

    shell = HttpShell(Function(function.declaration, effect))

    def send(body: dict[str, int], key: str = "key-1") -> tuple[int, str, str | None]:
        trigger = function.declaration.trigger
        caller = None if trigger.allow == PUBLIC else principal("usr_a", trigger.allow)
        path = dict.fromkeys(gates.parameters(function), "x")
        answer = shell(http_event(function, body=body, path=path, caller=caller, key=key), CONTEXT)
        return answer["statusCode"], answer["body"], answer["headers"].get("Idempotency-Replayed")

    assert send({"n": 1}) == (gates.REACHED, "answer 1", None)
    assert send({"n": 1}) == (gates.REACHED, "answer 1", "true")
    assert send({"n": 2})[0] == 422
    assert len(effects) == 1
    assert send({"n": 1}, "key-2") == (gates.REACHED, "answer 2", None)
