"""The Twilio SDK against the simulator: calls."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.simulators.conftest import call
from tests.simulators.test_twilio_texts import ANNA, TOKEN, code_of, make_client, steer

OURS = "+15005550006"
TWIML = "<Response><Say>Hello Anna</Say></Response>"
EVENTS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def place(twilio_sim, receiver):
    def place(to=ANNA, **more):
        told = {"status_callback": f"{receiver.url}?message=msg_1", "status_callback_event": EVENTS}
        usual = {"from_": OURS, "twiml": TWIML, "machine_detection": "DetectMessageEnd"}
        return make_client(twilio_sim).calls.create(to=to, **usual | told | more)

    return place


def told(receiver):
    return [(one.form["CallStatus"], one.form.get("AnsweredBy")) for one in receiver.received]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("human", [("initiated", None), ("ringing", None), ("in-progress", "human"), ("completed", "human")]),
        (
            "machine",
            [
                ("initiated", None),
                ("ringing", None),
                ("in-progress", "machine_end_beep"),
                ("completed", "machine_end_beep"),
            ],
        ),
        ("no-answer", [("initiated", None), ("ringing", None), ("no-answer", None)]),
        ("busy", [("initiated", None), ("ringing", None), ("busy", None)]),
        ("failed", [("initiated", None), ("failed", None)]),
    ],
)
def test_a_call_tells_how_it_goes_and_who_answered(twilio_sim, place, receiver, who, expected):
    steer(twilio_sim, "numbers", number=ANNA, call=who)
    sid = place().sid
    twilio_sim.settled()
    assert (sid[:2], len(sid)) == ("CA", 34)
    assert told(receiver) == expected
    assert [one.form["SequenceNumber"] for one in receiver.received] == [str(n) for n in range(len(expected))]
    assert make_client(twilio_sim).calls(sid).fetch().status == expected[-1][0]
    for one in receiver.received:
        url, signature = f"{receiver.url}?message=msg_1", one.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(url, one.form, signature)


def test_only_the_end_is_told_unless_more_is_asked_for(twilio_sim, place, receiver):
    place(status_callback_event=None)
    twilio_sim.settled()
    assert told(receiver) == [("completed", "human")]


def test_without_detection_nobody_knows_who_answered(twilio_sim, place, receiver):
    place(machine_detection=None)
    twilio_sim.settled()
    assert told(receiver)[-1] == ("completed", None)


def test_calls_are_found_by_number(twilio_sim, place):
    sid = place().sid
    place(to="+14155550102")
    twilio_sim.settled()
    found = make_client(twilio_sim).calls.list(to=ANNA)
    assert [(one.sid, one.status, one.answered_by, one.duration) for one in found] == [
        (sid, "completed", "human", "12")
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "+1415"}, 21211),
        ({"from_": "x"}, 21212),
        ({"twiml": None}, 21205),
        ({"to": "+15005550001"}, 21217),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(place, changes, code):
    assert code_of(lambda: place(**changes)) == (400, code)


def test_a_mode_strikes_a_call(twilio_sim, place, receiver):
    twilio_sim.modes(busy={}, machine={})
    place()
    place()
    twilio_sim.settled()
    assert sorted(status for status, _ in told(receiver) if status in {"busy", "completed"}) == ["busy", "completed"]
    assert call("GET", f"{twilio_sim.url}/_sim/state").json["calls"][1]["answered_by"] == "machine_end_beep"


def test_a_wrong_token_is_refused(twilio_sim):
    with pytest.raises(TwilioRestException) as refused:
        make_client(twilio_sim, "other").calls.create(to=ANNA, from_=OURS, twiml=TWIML)
    assert refused.value.code == 20003
