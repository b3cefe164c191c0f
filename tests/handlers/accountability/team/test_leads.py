"""Visitors who leave a phone number."""

import pytest

from shared.accountability.team import consents
from shared.messaging import address_hash
from tests import team
from tests.team import evidence

DONE = {"batchItemFailures": []}


LEAD = {"phone": "+1 (212) 555-0177", "source": "tiktok_livestream", "consent": True}


@pytest.mark.covers("S-A-53", "X-A-34")
def test_a_number_is_kept_once_with_the_evidence_of_each_consent(call, clock):
    first = call("accountability.capture_lead", body=LEAD, headers={"user-agent": "Browser/1.0"})
    clock.advance(days=1)
    again = call(
        "accountability.capture_lead",
        body=LEAD
        | {"phone": "(212) 555-0177", "region": "US", "source": "web", "consentText": "Yes, call me about it."},
    )
    assert (first.status, first.json) == (202, {"data": {"status": "ACCEPTED"}, "meta": {}})
    assert (again.status, again.text) == (202, first.text)
    (lead,) = team.rows("accountability", "LEAD#")
    assert (lead["digits"], lead["source"], lead["last_source"]) == ("12125550177", "tiktok_livestream", "web")
    (entry,) = team.rows("messaging", f"RECIPIENT#{lead['lead_id']}", "RECIPIENT")
    assert entry["phone"] == "+12125550177"
    given = evidence(lead["lead_id"])
    assert [one["text_version"] for one in given] == ["lead.default/en/1", "lead.as-shown"]
    assert [one["text_hash"] for one in given] == [
        consents.hash_of(consents.lead_text()),
        consents.hash_of("Yes, call me about it."),
    ]
    (words,) = team.rows("accountability", "LEAD-WORDS#")
    assert (words["pk"], words["text"]) == (f"LEAD-WORDS#{given[1]['text_hash']}", "Yes, call me about it.")
    assert (given[0]["user_agent"], given[0]["network_address"]) == ("Browser/1.0", "203.0.113.7")
    assert given[0]["addresses"] == [{"S": address_hash("+12125550177")}]
    (standing,) = team.rows("messaging", f"RECIPIENT#{lead['lead_id']}", "CONSENT#SALES")
    assert standing["given"] is True


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": "2125550177"}, "phone"),
        ({"consent": False}, "consent"),
        ({"consent": None}, "consent"),
        ({"source": "Tik Tok!"}, "source"),
        ({"consentText": "ok"}, "consentText"),
    ],
)
def test_a_lead_without_a_number_or_consent_is_refused(call, given, field):
    body = {name: value for name, value in (LEAD | given).items() if value is not None}
    answer = call("accountability.capture_lead", body=body)
    assert (answer.status, [one["field"] for one in answer.json["error"]["details"]]) == (400, [field])
    assert team.rows("accountability", "LEAD#") == []


def test_one_address_leaves_twenty_numbers_an_hour(call):
    statuses = [call("accountability.capture_lead", body=LEAD).status for _ in range(21)]
    assert statuses == [202] * 20 + [429]
