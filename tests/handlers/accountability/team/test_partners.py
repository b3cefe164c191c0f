"""Naming somebody, and what the user may do about them."""

import json

import pytest

from shared import identity
from shared.accountability.team import rules
from shared.kernel.storage.writes import commit
from shared.messaging import Recipient, enlist
from shared.messaging.templates.variables import given
from tests import outbox, team
from tests.team import GRACE, OTHER, USER, added, evidence, messages, stored
from tests.triggers import principal

NOW = "2026-03-01T09:30:00.000Z"


def view(**changed):
    return {
        "id": changed.pop("id"),
        "name": "Grace",
        "relationship": "friend",
        "phone": "+12125550123",
        "email": None,
        "channels": ["SMS"],
        "voicemail": True,
        "language": "en",
        "zone": "America/New_York",
        "status": "INVITED",
        "active": True,
        "consentGiven": False,
        "consentDate": None,
        "milestones": True,
        "privacy": "TITLE",
        "goals": None,
        "note": None,
        "invitedAt": NOW,
        "pausedUntil": None,
        "lastContacted": None,
        "declinedMails": [],
        "contactCount": 0,
        "version": 1,
    } | changed


@pytest.fixture(autouse=True)
def ada(aws):
    """The user in the directory, with her own address."""
    for write in enlist(Recipient("usr_ada", "Ada", email="ada@example.com")):
        commit(write)


@pytest.mark.covers("S-A-02", "S-A-42", "X-A-02")
def test_who_is_named_is_asked_for_consent_and_hears_nothing_else(call):
    answer = call("accountability.add_partner", body=GRACE, caller=USER, key="one")
    partner_id = answer.data["id"]
    assert (answer.status, answer.json) == (201, {"data": view(id=partner_id), "meta": {}})
    (message,) = messages()
    assert (message["template"], message["category"], message["recipient_id"]) == (
        "consent.request",
        "consent-request",
        partner_id,
    )
    assert message["about"] == f"invitation:{partner_id}"
    assert [line["kind"] for line in evidence(partner_id)] == ["REQUESTED"]
    assert team.rows("messaging", f"RECIPIENT#{partner_id}", "CONSENT#") == []
    assert outbox.sent("accountability", "PartnerInvited") == [{"user_id": "usr_ada", "partner_id": partner_id}]
    assert call("accountability.read_partner", path={"partner_id": partner_id}, caller=USER).data == view(id=partner_id)


@pytest.mark.covers("X-A-02")
def test_the_request_names_the_user_the_channels_and_a_link_whose_token_is_not_stored(call):
    partner_id = added()
    variables = json.loads(messages()[0]["variables"])
    assert (variables["partner_name"], variables["user_name"]) == ("Grace", "Unknown")
    assert (variables["ways"], variables["most"]) == ("SMS,VOICE", "6")
    link = given(messages()[0]["variables"])["link"]
    code = link.removeprefix("https://api.wellspring.example/p/")
    assert (len(link), len(code)) == (49, 16)
    kept = json.dumps([variables, *team.rows("accountability", "SHORT-LINK#", "SHORT-LINK")])
    assert code not in kept
    token = team.link_to(partner_id, now=stored(partner_id).invited_at + rules.WAITS)
    followed = call("accountability.follow_short_link", path={"code": code})
    assert (followed.status, followed.headers["Location"]) == (303, f"../v1/partner/{token}")
    for wrong in (code[:-1], code.swapcase(), "x", "\u00e9"):
        unknown = call("accountability.follow_short_link", path={"code": wrong})
        assert (unknown.status, "There is no such page" in unknown.text) == (404, True)


def test_no_display_name_carries_a_web_address_to_a_stranger(call, monkeypatch):
    monkeypatch.setattr(identity, "display_names", lambda ids: dict.fromkeys(ids, "Win at evil.com"))
    partner_id = added()
    assert "evil.com" not in messages("consent")[0]["variables"]
    assert json.loads(messages("consent")[0]["variables"])["user_name"] == "Win at evil com"
    page = team.visit(team.link_to(partner_id, now=stored(partner_id).invited_at))
    assert "Win at evil com" in team.words(page)


@pytest.mark.covers("S-A-02")
@pytest.mark.parametrize("relationship", ["parent", "spouse", "sibling", "friend", "coworker"])
def test_whatever_somebody_is_to_the_user_it_shows_since_when_they_agreed(call, clock, relationship):
    partner_id = added(relationship=relationship)
    clock.advance(hours=1)
    team.accepted(partner_id, now=clock.now())
    shown = call("accountability.read_partner", path={"partner_id": partner_id}, caller=USER).data
    found = (shown["relationship"], shown["consentGiven"], shown["consentDate"])
    assert found == (relationship, True, "2026-03-01T10:30:00.000Z")


@pytest.mark.covers("S-A-03", "D-05")
@pytest.mark.parametrize(
    ("given", "channels", "voicemail"),
    [
        ({}, ["SMS"], True),
        ({"preferredContactMethod": "text_voicemail"}, ["SMS"], True),
        ({"preferredContactMethod": "text_only"}, ["SMS"], False),
        ({"preferredContactMethod": "sms"}, ["SMS"], False),
        ({"preferredContactMethod": "email"}, ["EMAIL"], False),
        ({"preferredContactMethod": "whatsapp"}, ["WHATSAPP", "SMS"], False),
        ({"channels": ["EMAIL", "SMS"]}, ["EMAIL", "SMS"], False),
        ({"phone": None}, ["EMAIL"], False),
    ],
)
def test_both_vocabularies_of_contact_methods_are_one(call, given, channels, voicemail):
    wanted = GRACE | {"email": "grace@example.com"} | given
    body = {name: value for name, value in wanted.items() if value is not None}
    answer = call("accountability.add_partner", body=body, caller=USER)
    assert (answer.data["channels"], answer.data["voicemail"]) == (channels, voicemail)


def test_nobody_is_written_to_in_the_name_of_an_unconfirmed_account(call):
    answer = call(
        "accountability.add_partner", body=GRACE, caller=principal(USER.user_id, *USER.permissions, verified=False)
    )
    assert (answer.status, answer.code, messages()) == (403, "EMAIL_NOT_VERIFIED", [])


def test_consent_to_whatsapp_is_asked_for_by_text(call):
    added(preferredContactMethod="whatsapp")
    assert messages()[0]["channels"] == [{"S": "SMS"}]


BAD = [
    ({"phone": "12"}, "phone"),
    ({"phone": "not a number"}, "phone"),
    ({"phone": "2125550123"}, "phone"),
    ({"phone": "+493012345678"}, "phone"),
    ({"phone": None}, "phone"),
    ({"preferredContactMethod": "email"}, "email"),
    ({"channels": ["EMAIL"]}, "email"),
    ({"channels": ["VOICE"]}, "channels"),
    ({"channels": ["SMS", "SMS"]}, "channels"),
    ({"channels": ["PUSH"]}, "channels.0"),
    ({"channels": []}, "channels"),
    ({"channels": ["SMS"], "preferredContactMethod": "sms"}, "body"),
    ({"preferredContactMethod": "pigeon"}, "preferredContactMethod"),
    ({"zone": "Mars/Olympus"}, "zone"),
    ({"relationship": "boss"}, "relationship"),
    ({"email": "grace@"}, "email"),
    ({"email": "ADA@example.com"}, "email"),
    ({"milestones": "yes"}, "milestones"),
    ({"privacy": "NONE"}, "privacy"),
    ({"language": "english"}, "language"),
    ({"name": ""}, "name"),
    ({"name": "Grace\nHopper"}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"name": "Win now at prize.example"}, "name"),
    ({"note": "Look at https://prize.example/now"}, "note"),
    ({"note": "x" * 301}, "note"),
    ({"goals": ["gol_nobodys"]}, "goals"),
    ({"consentGiven": True}, "consentGiven"),
]


@pytest.mark.covers("D-05")
@pytest.mark.parametrize(("given", "field"), BAD)
def test_bad_input_is_refused_by_the_field_and_nobody_is_asked(call, given, field):
    body = {name: value for name, value in (GRACE | given).items() if value is not None}
    answer = call("accountability.add_partner", body=body, caller=USER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR"), answer.text
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]
    assert messages() == []


@pytest.mark.covers("S-P-23")
def test_of_an_address_that_a_partner_has_already_the_field_is_named(call):
    added(email="grace@example.com")
    other = {"phone": "+12125550124", "email": "Grace@Example.com"}
    answer = call("accountability.add_partner", body=GRACE | other, caller=USER, key="two")
    assert (answer.code, fields_of(answer)) == ("PARTNER_EXISTS", ["email"])


def fields_of(answer):
    return [one["field"] for one in answer.json["error"]["details"]]


def test_a_landline_may_be_called_by_who_is_asked_by_mail(call):
    body = GRACE | {"phone": "+493012345678", "email": "grace@example.com", "channels": ["EMAIL", "VOICE"]}
    answer = call("accountability.add_partner", body=body, caller=USER)
    assert answer.data["channels"] == ["EMAIL", "VOICE"]


def test_a_landline_that_should_be_texted_is_told_what_to_do(call):
    answer = call("accountability.add_partner", body=GRACE | {"phone": "+493012345678"}, caller=USER)
    told = "A landline receives no texts: add an e-mail address, and choose mails or calls"
    assert answer.json["error"]["details"] == [{"field": "phone", "message": told}]


def test_who_is_reached_by_whatsapp_alone_gets_a_text_where_whatsapp_does_not_go(call):
    body = {name: value for name, value in GRACE.items() if name != "preferredContactMethod"}
    answer = call("accountability.add_partner", body=body | {"channels": ["WHATSAPP"]}, caller=USER)
    assert answer.data["channels"] == ["WHATSAPP", "SMS"]


def test_nobody_is_added_twice_however_the_number_is_written(call):
    added()
    answer = call("accountability.add_partner", body=GRACE | {"phone": "+1 (212) 555-0123"}, caller=USER, key="two")
    assert (answer.status, answer.code) == (409, "PARTNER_EXISTS")
    assert fields_of(answer) == ["phone"]
    assert len(messages()) == 1
    assert added(user=OTHER)


def test_the_same_request_twice_adds_one_and_so_does_a_try_whose_answer_was_lost(call):
    from shared.kernel import idempotency
    from shared.kernel.caller import operation_of
    from tests.calls import function_of
    from tests.triggers import http_event

    first = call("accountability.add_partner", body=GRACE, caller=USER, key="one")
    again = call("accountability.add_partner", body=GRACE, caller=USER, key="one")
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    event = http_event(function_of("accountability.add_partner"), body=GRACE, caller=USER, key="one")
    idempotency.release(operation_of(event, USER))
    lost = call("accountability.add_partner", body=GRACE, caller=USER, key="one")
    assert (lost.status, lost.data) == (201, first.data)
    assert len(messages()) == 1


def test_a_team_has_twenty_at_most(call):
    for number in range(20):
        added(phone=f"+1212555{number:04d}", key=str(number))
    answer = call("accountability.add_partner", body=GRACE | {"phone": "+12125559999"}, caller=USER, key="more")
    assert (answer.status, answer.code) == (409, "TEAM_FULL")
    first = stored_ids(call)[0]
    call("accountability.remove_partner", path={"partner_id": first}, caller=USER)
    assert added(phone="+12125559999", key="more still")
    back = call("accountability.restore_partner", path={"partner_id": first}, caller=USER)
    assert (back.status, back.code) == (409, "TEAM_FULL")


def stored_ids(call):
    return [one["id"] for one in call("accountability.list_partners", caller=USER).data]


@pytest.mark.covers("S-A-09")
def test_the_list_tells_who_is_active(call, clock):
    first = added()
    second = added(phone="+12125550124")
    call("accountability.remove_partner", path={"partner_id": first}, caller=USER)
    listed = lambda **query: [  # noqa: E731
        one["id"] for one in call("accountability.list_partners", caller=USER, query=query).data
    ]
    assert (listed(), listed(active="true"), listed(active="false")) == ([second, first], [second], [first])
    assert call("accountability.list_partners", caller=OTHER).data == []


@pytest.mark.covers("X-A-24")
def test_the_user_changes_what_is_theirs_to_decide(call):
    partner_id = added()
    body = {"name": "Grace H.", "privacy": "NEUTRAL", "milestones": False, "zone": None, "note": "Please"}
    answer = call("accountability.change_partner", path={"partner_id": partner_id}, body=body, caller=USER)
    expected = view(
        id=partner_id, name="Grace H.", privacy="NEUTRAL", milestones=False, zone=None, note="Please", version=2
    )
    assert (answer.status, answer.data) == (200, expected)
    (entry,) = team.rows("messaging", f"RECIPIENT#{partner_id}", "RECIPIENT")
    assert (entry["name"], entry["version"]) == ("Grace H.", "2")


@pytest.mark.parametrize("body", [{}, {"name": None}, {"phone": "+12125550199"}, {"channels": ["EMAIL"]}])
def test_what_is_not_the_users_to_decide_is_refused(call, body):
    answer = call("accountability.change_partner", path={"partner_id": added()}, body=body, caller=USER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.covers("S-A-10", "S-A-23")
def test_a_removal_ends_the_relation_and_can_be_taken_back(call, clock):
    partner_id = added()
    token = team.accepted(partner_id, now=clock.now())
    path = {"partner_id": partner_id}
    removed = call("accountability.remove_partner", path=path, caller=USER)
    assert (removed.data["status"], removed.data["active"], removed.data["consentGiven"]) == ("REMOVED", False, False)
    (entry,) = team.rows("messaging", f"RECIPIENT#{partner_id}", "RECIPIENT")
    assert entry["active"] is False
    assert team.visit(token).status == 410
    assert call("accountability.remove_partner", path=path, caller=USER).data["status"] == "REMOVED"
    assert len(outbox.sent("accountability", "PartnerLeft")) == 1
    restored = call("accountability.restore_partner", path=path, caller=USER)
    assert (restored.data["status"], restored.data["consentGiven"]) == ("ACTIVE", True)
    (entry,) = team.rows("messaging", f"RECIPIENT#{partner_id}", "RECIPIENT")
    assert entry["active"] is True
    assert len(messages("consent")) == 1
    again = call("accountability.restore_partner", path=path, caller=USER)
    assert (again.status, again.code) == (409, "PARTNER_STATUS")


def test_a_removal_is_final_after_thirty_days(call, clock):
    path = {"partner_id": added()}
    call("accountability.remove_partner", path=path, caller=USER)
    clock.advance(days=31)
    answer = call("accountability.restore_partner", path=path, caller=USER)
    assert (answer.status, answer.code) == (409, "PARTNER_STATUS")
    assert added(key="anew") != path["partner_id"]


@pytest.mark.covers("X-A-03")
def test_nobody_is_asked_again_by_being_removed_and_added_anew(call, clock):
    first = added()
    call("accountability.remove_partner", path={"partner_id": first}, caller=USER)
    answer = call("accountability.add_partner", body=GRACE, caller=USER, key="anew")
    assert (answer.status, answer.code) == (409, "ASKED_RECENTLY")
    assert len(messages()) == 1
    assert call("accountability.restore_partner", path={"partner_id": first}, caller=USER).status == 200


def test_an_address_that_was_taken_meanwhile_cannot_be_restored(call, clock):
    first = added()
    call("accountability.remove_partner", path={"partner_id": first}, caller=USER)
    clock.advance(days=30)
    added(key="anew")
    answer = call("accountability.restore_partner", path={"partner_id": first}, caller=USER)
    assert (answer.status, answer.code) == (409, "PARTNER_EXISTS")


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("read_partner", None),
        ("change_partner", {"name": "Mine"}),
        ("remove_partner", None),
        ("restore_partner", None),
        ("invite_partner", None),
    ],
)
def test_somebody_elses_partner_is_not_found(call, function, body):
    partner_id = added()
    before = stored(partner_id).version
    answer = call(f"accountability.{function}", path={"partner_id": partner_id}, body=body, caller=OTHER)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert stored(partner_id).version == before
    assert call(f"accountability.{function}", path={"partner_id": partner_id}, body=body).status == 401
