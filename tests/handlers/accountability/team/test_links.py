"""No web address of a user's reaches somebody who has not agreed, however it is disguised, whenever it was stored."""

import json

import pytest

from shared.accountability.team.items import Partner
from shared.kernel.storage.writes import Update, commit
from shared.kernel.text.links import is_linked
from tests import team
from tests.team import GRACE, USER, added, messages, stored
from tests.triggers import due_event

DISGUISED = ["evil\u200b.com", "evil\uff0ecom", "evil\u3002com", "evil.भारत", "203.0.113.7/pay", "http:\u202e//x"]

FIELDS = [
    ("accountability.add_partner", "note", GRACE),
    ("accountability.add_partner", "name", GRACE),
    ("accountability.change_profile", "name", {}),
    ("accountability.create_goal", "title", {}),
]


@pytest.mark.parametrize("text", DISGUISED)
@pytest.mark.parametrize(("function", "field", "body"), FIELDS)
def test_a_disguised_address_is_refused_on_its_field(call, function, field, body, text):
    answer = call(function, body=body | {field: f"Look: {text}"}, caller=USER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.json["error"]["details"] == [
        {"field": field, "message": "No web address may be in it, and after a full stop a space is needed"}
    ]


def test_what_was_judged_is_what_is_stored_and_sent(call):
    partner_id = added(note="\u202e\uff22ack me\u200b: 5.2 km…")
    assert stored(partner_id).note == "Back me: 5.2 km..."
    assert json.loads(messages("consent")[0]["variables"])["note"] == "Back me: 5.2 km..."


def test_what_was_stored_before_is_judged_when_it_is_sent(invoke, clock):
    partner_id = added(note="You always get me going.")
    team.sent(messages("consent")[0]["message_id"], "May we?")
    partner = stored(partner_id)
    actions = [Partner.name.set("\u202eevil\u3002com"), Partner.note.set("See evil\u200b.भारत")]
    commit(Update(Partner, partner.pk, partner.sk, actions))
    clock.advance(days=4)
    invoke("accountability.work_invitation", due_event((partner.pk, partner.sk)))
    sent = json.loads(messages("consent")[1]["variables"])
    assert (sent["partner_name"], sent["note"]) == ("evil com", "See evil भारत")
    assert not any(is_linked(text) for name, text in sent.items() if name != "link")
    assert "evil\u3002com" not in team.words(team.visit(team.sent_token(messages("consent")[1])))
