"""Everything that Twilio's SDK can raise or misread, each with its meaning: again, never, or ask what was taken."""

import inspect
import json
import time
from typing import Any

import pytest
import requests
import urllib3
from twilio.base import exceptions
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from shared.kernel import secrets
from shared.kernel.categories import Channel
from shared.kernel.clock import SystemClock
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Refused, Words
from shared.messaging.providers import twilio
from tests import environment

AGAIN, NEVER, ASK = "again", "never", "ask"

NUMBER = "+14155550101"


@pytest.fixture(autouse=True)
def account(monkeypatch):
    told = {
        "STAGE": "test",
        "TWILIO_MESSAGING_SERVICE": "MG" + "0" * 32,
        "TWILIO_VOICE_FROM": "+15005550006",
        "CALLBACK_TWILIO": "https://hooks.example/",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"WELLSPRING_{name}", value)
    fields = json.dumps({"account_sid": "AC" + "0" * 32, "auth_token": "token"})
    monkeypatch.setattr(secrets, "_kept", {"twilio": (time.monotonic(), fields)})
    environment.read_anew()
    yield
    environment.read_anew()


def outgoing(channel: Channel = Channel.SMS) -> Outgoing:
    return Outgoing("msg_1", 1, channel, NUMBER, Words("Hi", 1), SystemClock().now())


def meaning(channel: Channel = Channel.SMS) -> tuple[str, str | None]:
    """Send, and return what follows and which code is noted."""
    with pytest.raises((Refused, OutcomeUnknown)) as told:
        twilio.send(outgoing(channel))
    assert NUMBER not in f"{told.value!r} {told.value.__cause__!r}"
    assert told.value.__suppress_context__
    if isinstance(told.value, OutcomeUnknown):
        return ASK, None
    return AGAIN if told.value.again else NEVER, told.value.code


def raising(monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(TwilioHttpClient, "request", fail)


def answering(monkeypatch: pytest.MonkeyPatch, status: int, body: Any) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    monkeypatch.setattr(TwilioHttpClient, "request", lambda *_, **__: Response(status, text))


def refused(status: int, code: int | None) -> dict[str, Any]:
    return {"status": status, "message": f"To {NUMBER}", "more_info": ""} | ({"code": code} if code else {})


ANSWERS: list[tuple[int, int | None, str, str | None]] = [
    # Twilio's own codes, whatever the status.
    (400, 21610, NEVER, "21610"),
    (400, 21211, NEVER, "21211"),
    (403, 21408, NEVER, "21408"),
    (400, 21612, NEVER, "21612"),
    (429, 20429, AGAIN, "20429"),
    (401, 20003, AGAIN, "20003"),
    (401, 20005, AGAIN, "20005"),
    (403, 20006, AGAIN, "20006"),
    (403, 20403, AGAIN, "20403"),
    (404, 20404, AGAIN, "20404"),
    (401, 10001, AGAIN, "10001"),
    (400, 10004, AGAIN, "10004"),
    (400, 30001, AGAIN, "30001"),
    (400, 30023, AGAIN, "30023"),
    (409, 20409, AGAIN, "20409"),
    (503, 20503, AGAIN, "20503"),
    (500, 20500, ASK, None),
    (504, 20504, ASK, None),
    # Answers of something on the way.
    (301, None, AGAIN, "301"),
    (307, None, AGAIN, "307"),
    (400, None, NEVER, "400"),
    (401, None, AGAIN, "401"),
    (403, None, AGAIN, "403"),
    (404, None, AGAIN, "404"),
    (405, None, AGAIN, "405"),
    (407, None, AGAIN, "407"),
    (408, None, AGAIN, "408"),
    (409, None, AGAIN, "409"),
    (413, None, NEVER, "413"),
    (415, None, NEVER, "415"),
    (421, None, AGAIN, "421"),
    (425, None, AGAIN, "425"),
    (429, None, AGAIN, "429"),
    (500, None, ASK, None),
    (502, None, ASK, None),
    (503, None, AGAIN, "503"),
    (504, None, ASK, None),
    (520, None, ASK, None),
]


@pytest.mark.parametrize(("status", "code", "follows", "noted"), ANSWERS)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_an_answer_that_is_a_refusal_has_its_meaning(monkeypatch, channel, status, code, follows, noted):
    answering(monkeypatch, status, refused(status, code))
    assert meaning(channel) == (follows, noted)
    if code:
        problem = {
            "type": "https://www.twilio.com/docs/errors",
            "title": f"To {NUMBER}",
            "status": status,
            "code": code,
        }
        answering(monkeypatch, status, problem)
        assert meaning(channel) == (follows, noted)
    else:
        answering(monkeypatch, status, "<html>no JSON</html>")
        assert meaning(channel) == (follows, noted)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "null",
        "1",
        '"SM"',
        "{}",
        '{"sid": null}',
        '{"sid": 1}',
        '{"sid": ["SM"]}',
        "[" * 100_000,
        "\ufffd",
    ],
    ids=lambda body: body[:20] or "nothing",
)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_a_success_that_says_nothing_is_asked_after(monkeypatch, channel, body):
    answering(monkeypatch, 201, body)
    assert meaning(channel) == (ASK, None)


@pytest.mark.parametrize("problem", [{"status": "400", "code": "x"}, {"status": None, "code": None}])
def test_a_problem_without_a_status_is_asked_after(monkeypatch, problem):
    answering(monkeypatch, 400, {"type": "x", "title": "x"} | problem)
    assert meaning() == (ASK, None)


MADE: dict[type[BaseException], BaseException] = {
    exceptions.TwilioRestException: exceptions.TwilioRestException(400, f"/{NUMBER}", code=21610),
    exceptions.TwilioServiceException: exceptions.TwilioServiceException("x", NUMBER, 400, 21610),
}
OF_THE_SDK = [found for _, found in inspect.getmembers(exceptions, inspect.isclass) if issubclass(found, Exception)]


@pytest.mark.parametrize(
    ("failure", "follows"),
    [
        (exceptions.TwilioException, (AGAIN, "credentials")),
        (exceptions.TwilioRestException, (NEVER, "21610")),
        (exceptions.TwilioServiceException, (NEVER, "21610")),
    ],
)
def test_every_class_of_the_sdk_has_its_meaning(monkeypatch, failure, follows):
    raising(monkeypatch, MADE.get(failure) or failure(NUMBER))
    assert meaning() == follows


def test_no_class_of_the_sdk_is_overlooked():
    known = {exceptions.TwilioException, exceptions.TwilioRestException, exceptions.TwilioServiceException}
    assert {found for found in OF_THE_SDK if found.__module__ == exceptions.__name__} == known


NO_REQUEST = {
    requests.exceptions.URLRequired,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.ProxyError,
    requests.exceptions.ConnectTimeout,
}
OF_REQUESTS = [
    found
    for _, found in inspect.getmembers(requests.exceptions, inspect.isclass)
    if issubclass(found, requests.RequestException) and found is not requests.exceptions.JSONDecodeError
]


@pytest.mark.parametrize("failure", OF_REQUESTS)
def test_every_failure_of_the_wire_has_its_meaning(monkeypatch, failure):
    raising(monkeypatch, failure(f"to {NUMBER}"))
    assert meaning() == ((AGAIN, "unreachable") if failure in NO_REQUEST else (ASK, None))


def test_a_connection_that_never_came_about_is_told_apart_from_one_that_broke(monkeypatch):
    pool: Any = urllib3.HTTPSConnectionPool("api.twilio.com")
    for reason, follows in (
        (urllib3.exceptions.NewConnectionError(pool, "refused"), (AGAIN, "unreachable")),
        (urllib3.exceptions.NameResolutionError("api.twilio.com", pool, OSError()), (AGAIN, "unreachable")),
        (urllib3.exceptions.ConnectTimeoutError(pool, "slow"), (AGAIN, "unreachable")),
        (urllib3.exceptions.ReadTimeoutError(pool, "/", "slow"), (ASK, None)),
        (urllib3.exceptions.ProtocolError("aborted"), (ASK, None)),
        (urllib3.exceptions.SSLError("bad record"), (ASK, None)),
    ):
        raising(monkeypatch, requests.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/", reason)))
        assert meaning() == follows


@pytest.mark.parametrize(
    "failure",
    [
        json.JSONDecodeError("no", "x", 0),
        requests.exceptions.JSONDecodeError("no", "x", 0),
        urllib3.exceptions.ProtocolError("broken"),
        urllib3.exceptions.DecodeError("gzip"),
        ConnectionResetError(),
        BrokenPipeError(),
        TimeoutError(),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"),
        ValueError("x"),
        KeyError("x"),
        TypeError("x"),
        AttributeError("x"),
    ],
    ids=repr,
)
def test_what_goes_wrong_in_the_sdk_itself_is_asked_after(monkeypatch, failure):
    raising(monkeypatch, failure)
    assert meaning() == (ASK, None)
    with pytest.raises(OutcomeUnknown):
        twilio.find(outgoing())


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"messages": [{}]}', '{"messages": null}', '{"messages": [1]}'])
def test_a_list_that_is_none_tells_nothing(monkeypatch, body):
    answering(monkeypatch, 200, body)
    if body == '{"messages": [{}]}':
        assert twilio.find(outgoing()) is None
        return
    with pytest.raises((OutcomeUnknown, Refused)) as told:
        twilio.find(outgoing())
    assert isinstance(told.value, OutcomeUnknown) or told.value.again


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 503])
def test_a_list_that_is_refused_is_asked_for_again(monkeypatch, status):
    answering(monkeypatch, status, refused(status, None))
    with pytest.raises((OutcomeUnknown, Refused)) as told:
        twilio.find(outgoing())
    assert isinstance(told.value, OutcomeUnknown) or told.value.again
