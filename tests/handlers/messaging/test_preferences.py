"""How users want to be told things."""

import pytest

from shared import messaging
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import transact
from shared.messaging.items import RecipientItem, recipient_pk
from shared.messaging.recipients import users
from tests.triggers import principal

ADA = principal("usr_ada", "messaging:use")
ALL_ON = {name: {"IN_APP": True, "EMAIL": True} for name in ("balance", "guide", "progress")}
DEFAULTS = {"zone": None, "locale": "en", "quietHours": None, "channels": ALL_ON, "version": 0}


def preferences(call):
    answer = call("messaging.read_preferences", caller=ADA)
    assert answer.status == 200
    return answer.data


def change(call, body, **more):
    return call("messaging.change_preferences", body=body, caller=ADA, **more)


def recipient():
    return get(RecipientItem, recipient_pk("usr_ada"), RecipientItem.SK)


@pytest.mark.covers("X-N-01")
def test_everything_is_on_until_somebody_chooses(call):
    assert preferences(call) == DEFAULTS
    assert recipient() is None


@pytest.mark.covers_partly(
    "X-N-01", missing="choices have no workflows and no conditions, and tenants have no defaults"
)
@pytest.mark.covers("X-N-04")
def test_what_is_chosen_is_kept(call):
    body = {
        "zone": "Asia/Kathmandu",
        "locale": "en-GB",
        "quietHours": {"from": "22:30", "to": "06:15"},
        "channels": {"balance": {"EMAIL": False}},
    }
    answer = change(call, body)
    expected = body | {"channels": ALL_ON | {"balance": {"IN_APP": True, "EMAIL": False}}, "version": 1}
    assert (answer.status, answer.data) == (200, expected)
    assert preferences(call) == expected
    kept = recipient()
    assert (kept.from_minute, kept.to_minute, kept.muted, kept.active) == (375, 1350, ["balance:EMAIL"], True)


def test_what_is_left_out_stays(call):
    change(call, {"zone": "Europe/Berlin", "quietHours": {"from": "22:00", "to": "07:00"}})
    change(call, {"channels": {"guide": {"IN_APP": False}}}, request_id="r2")
    change(call, {"channels": {"balance": {"EMAIL": False}, "guide": {"EMAIL": False}}}, request_id="r3")
    found = change(call, {"channels": {"guide": {"EMAIL": True}}}, request_id="r4").data
    assert found["zone"] == "Europe/Berlin"
    assert found["quietHours"] == {"from": "22:00", "to": "07:00"}
    assert found["channels"] == {
        "balance": {"IN_APP": True, "EMAIL": False},
        "guide": {"IN_APP": False, "EMAIL": True},
        "progress": {"IN_APP": True, "EMAIL": True},
    }


def test_all_can_be_taken_back(call):
    change(
        call,
        {
            "zone": "Europe/Berlin",
            "quietHours": {"from": "22:00", "to": "07:00"},
            "channels": {"guide": {"IN_APP": False}},
        },
    )
    back = {"zone": None, "quietHours": None, "channels": {"guide": {"IN_APP": True}}}
    assert change(call, back, request_id="r2").data == DEFAULTS | {"version": 2}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"locale": "english"}, "locale"),
        ({"quietHours": {"from": "25:00", "to": "07:00"}}, "quietHours.from"),
        ({"quietHours": {"from": "22:00"}}, "quietHours.to"),
        ({"quietHours": {"from": "07:00", "to": "07:00"}}, "quietHours"),
        ({"channels": {"weather": {"EMAIL": True}}}, "channels.weather"),
        ({"channels": {"account": {"EMAIL": False}}}, "channels.account"),
        ({"channels": {"balance": {"SMS": True}}}, "channels.balance.SMS"),
        ({"channels": {"balance": {"EMAIL": "no"}}}, "channels.balance.EMAIL"),
        ({"channels": {"balance": {"PIGEON": True}}}, "channels.balance.PIGEON"),
        ({"phone": "+15551234567"}, "phone"),
    ],
)
def test_what_cannot_be_is_refused_by_field(call, body, field):
    answer = change(call, body)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]
    assert recipient() is None


def test_nothing_to_change_is_refused(call):
    assert change(call, {}).status == 400


def test_a_confirmed_address_leaves_what_was_chosen(call):
    change(call, {"zone": "Europe/Berlin", "locale": "en-GB", "channels": {"guide": {"EMAIL": False}}})
    chosen = preferences(call)
    transact(messaging.enlist_user("usr_ada", "Ada", "ada@wellspring.example"))
    assert preferences(call) == chosen | {"version": 2}
    kept = recipient()
    assert (kept.name, kept.email) == ("Ada", "ada@wellspring.example")


def test_two_changes_at_the_same_moment_both_count(call, monkeypatch):
    real = users.get
    raced = []

    def meets(*key):
        found = real(*key)
        if not raced:
            raced.append(True)
            change(call, {"channels": {"guide": {"EMAIL": False}}}, request_id="other")
        return found

    monkeypatch.setattr(users, "get", meets)
    found = change(call, {"channels": {"guide": {"IN_APP": False}}}).data
    assert found["channels"]["guide"] == {"IN_APP": False, "EMAIL": False}


def test_nobody_gets_in_without_the_permission(call):
    assert call("messaging.read_preferences").status == 401
    assert call("messaging.change_preferences", body={"locale": "en"}, caller=principal("usr_x")).status == 403
