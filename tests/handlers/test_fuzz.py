"""Made-up requests, good and bad, to every endpoint: each answer is one that the API document promises, never a 5xx."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pydantic.alias_generators import to_snake
from schemathesis import Case, GenerationMode, Response, checks
from schemathesis.specs.openapi import checks as promises

from infra.documents.openapi import document, endpoints
from shared.identity import rules
from shared.kernel import rates
from shared.live import categories
from shared.messaging.notifications import inbox
from tests import calls, engine, goals
from tests.clock import START
from tests.figures import tell
from tests.handlers.live.conftest import KEY, SECRET, put_stream, watch
from tests.providers import simulator
from tests.triggers import principal

EXAMPLES, AT_LENGTH = 10, 100
"""Requests of each kind to each endpoint: with every change, and in a soak."""

BASE = "https://api.wellspring.example"
DOCUMENT = document()
for methods in DOCUMENT["paths"].values():
    for described in methods.values():
        described["security"] = []  # who may call what is the matter of the authorization matrix
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in SCHEMA.get_all_operations()}
FUNCTIONS = {function.handler.__name__: function for function, _ in endpoints()}
REQUESTS = [
    (named, mode)
    for named, operation in sorted(OPERATIONS.items())
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation.body or any(operation.iter_parameters())
]
"""Where nothing is sent, nothing can be wrong."""
CALLER = principal("usr_viewer", *rules.permissions(rules.ROLES))
ALWAYS = [
    checks.not_a_server_error,
    promises.status_code_conformance,
    promises.content_type_conformance,
    promises.response_headers_conformance,
    promises.response_schema_conformance,
]


@pytest.fixture(scope="module")
def livekit() -> Iterator[str]:
    """Provide the address of a LiveKit server."""
    with simulator("livekit", LIVEKIT_API_KEY=KEY, LIVEKIT_API_SECRET=SECRET) as running:
        yield running.url


@pytest.fixture
def known(aws: None, livekit: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Provide ids of things that exist, by their names in paths, and no limits."""
    monkeypatch.setenv("WELLSPRING_LIVEKIT_URL", livekit)
    engine.forget()
    engine.make_token_key()
    monkeypatch.setattr(rates, "RATES", {name: rates.Rate(10**9, rate.seconds) for name, rate in rates.RATES.items()})
    categories.ensure(START)
    put_stream("str_1", creator_id="usr_creator")
    goals.put_goal(CALLER.user_id)
    notification = inbox.keep(inbox.Entry(CALLER.user_id, "msg_1", "balance", "Title", "Text"), now=START)
    yield {
        "stream_id": "str_1",
        "goal_id": "gol_1",
        "policy_name": "standard",
        "date": START.date().isoformat(),
        "session_id": watch("str_1", CALLER.user_id),
        "user_id": CALLER.user_id,
        "notification_id": notification,
        "key": "escalation.day-1",
        "version": "2",
    }
    engine.forget()


def send(named: str, case: Case) -> Response:
    """Hand a request to the endpoint as the gateway would."""
    request = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    body = request.body.encode() if isinstance(request.body, str) else request.body
    headers = {name.lower(): value for name, value in request.headers.items()}
    query: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    answer = calls.call(
        FUNCTIONS[named],
        path={to_snake(name): str(value) for name, value in case.path_parameters.items()},
        query=query,
        headers=headers if body is not None else headers | {"content-type": "application/json"},
        encoded=body or None,
        caller=CALLER,
        as_sent=True,
    )
    answered = {name: [value] for name, value in answer.headers.items()}
    return Response(answer.status, answered, answer.text.encode(), request, elapsed=0.0, verify=False)


NOT_HELD = "seven of Schemathesis' fourteen checks: the others cannot hold, or are held elsewhere (FOLLOWING)"


@pytest.mark.covers("X-P-13", "X-P-32", "S-P-25")
@pytest.mark.covers_partly("R-23", missing=NOT_HELD)
@pytest.mark.parametrize(("named", "mode"), REQUESTS)
def test_whatever_is_sent_the_answer_is_as_promised(named: str, mode: GenerationMode, known: dict[str, str]) -> None:
    _holds(named, mode, known, EXAMPLES)


@pytest.mark.soak
@pytest.mark.covers_partly("R-23", missing=NOT_HELD)
@pytest.mark.parametrize("domain", sorted({function.declaration.domain for function in FUNCTIONS.values()}))
def test_whatever_is_sent_at_length_the_answer_is_as_promised(domain: str, known: dict[str, str]) -> None:
    requests_of = [(named, mode) for named, mode in REQUESTS if FUNCTIONS[named].declaration.domain == domain]
    for named, mode in requests_of:
        _holds(named, mode, known, AT_LENGTH)
    tell({"domain": domain, "requests": len(requests_of), "examples": AT_LENGTH})


def _holds(named: str, mode: GenerationMode, known: dict[str, str], examples: int) -> None:
    """Send requests of a kind to an operation and hold each answer to the document."""
    operation = OPERATIONS[named]
    names = [parameter.name for parameter in operation.path_parameters]
    # What is not prepared is asked for all the same: that there is no such thing is promised, too.
    fixed = (
        {name: known.get(to_snake(name), "unknown-1") for name in names} if mode is GenerationMode.POSITIVE else None
    )
    refused = [promises.negative_data_rejection] if mode is GenerationMode.NEGATIVE else []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, path_parameters=fixed))
    def holds(case: Case) -> None:
        case.validate_response(send(named, case), checks=[*ALWAYS, *refused])

    holds()


CHAINS, STEPS = 10, 12
"""Runs of requests that follow from each other, and how many each has at most."""

FOLLOWING = [*ALWAYS, promises.negative_data_rejection, promises.ensure_resource_availability]
"""What is promised of requests that follow from each other; what was made is there for what is asked of it next.

Of Schemathesis' other checks these cannot hold or are held elsewhere:

- ``use_after_free``: nothing that a DELETE takes away is gone. A stream ends and stays readable (S-L-18), a goal and a
  partner can be restored.
- ``positive_data_acceptance``: a schema cannot say which price is sold, whose goal it is, which cursor or link we gave
  out: a third of all operations refuse some request that fits. Every refusal is described, which
  ``status_code_conformance`` judges.
- ``unsupported_method`` and ``allow_header_conformance``: the gateway answers a method that it has no route for with
  404, before any code of ours runs.
- ``missing_required_header``: one operation demands one, the version of a price; its own tests leave it out.
- ``ignored_auth`` and ``object_level_authorization``: the matrix tries every operation with every kind of caller (R-17)
  and every forged token (R-18).
"""


@pytest.mark.covers_partly("R-23", missing=NOT_HELD)
def test_requests_that_follow_from_each_other_are_answered_as_promised(known: dict[str, str]) -> None:
    """Each takes what an earlier one answered: the links are those that the document's own names suggest."""
    machine = SCHEMA.as_state_machine()
    followed: Counter[str] = Counter()

    class Chain(machine):  # type: ignore[valid-type, misc]
        def call(self, case: Case, **_: Any) -> Response:
            named = case.operation.definition.raw["operationId"]
            followed[named] += 1
            return send(named, case)

        def validate_response(self, response: Response, case: Case, *_: Any, **__: Any) -> None:
            case.validate_response(response, checks=FOLLOWING, recorder=self.recorder)

    Chain.run(
        settings=settings(
            max_examples=CHAINS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
    tell({"chains": CHAINS, "requests": followed.total(), "operations": len(followed)})
    assert followed.total() > CHAINS
