"""The ledger of consent: what was said stays, however it is changed later."""

import json
from datetime import timedelta

import pytest

from shared import messaging
from shared.accountability.goals.items import LogRevision
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import transact
from shared.messaging import Channel, Purpose, Statement
from shared.messaging.items import Consent, Evidence, Suppression
from shared.wallet.items import EntryItem, JournalItem
from tests import messages
from tests.clock import START
from tests.messages import MAIL, PAT, PHONE


@pytest.mark.covers("X-A-01", "D-08")
def test_every_statement_is_kept_for_good_and_names_no_address():
    for hour, kind in enumerate(("REQUESTED", "GIVEN", "WITHDRAWN", "GIVEN")):
        said = Statement(
            PAT,
            kind,
            Purpose.SUPPORT,
            (Channel.SMS,),
            "WEB_PAGE",
            addresses=(PHONE, MAIL),
            text_version="consent.request/en/1",
            text_hash="0" * 64,
            network_address="192.0.2.7",
            user_agent="Browser",
        )
        transact(messaging.stated(said, now=START.replace(hour=10 + hour)))
    items = dynamodb().scan(TableName="test-wellspring-messaging")["Items"]
    ledger = sorted((item for item in items if item["sk"]["S"].startswith("EVIDENCE#")), key=lambda one: one["at"]["N"])
    assert [one["kind"]["S"] for one in ledger] == ["REQUESTED", "GIVEN", "WITHDRAWN", "GIVEN"]
    assert len({one["sk"]["S"] for one in ledger}) == 4
    for line in ledger:
        assert {"purpose", "channels", "text_version", "text_hash", "network_address", "user_agent", "method"} <= set(
            line
        )
        assert line["addresses"]["L"] == [{"S": messaging.address_hash(PHONE)}, {"S": messaging.address_hash(MAIL)}]
    # Nothing of it expires, neither the ledger nor the consent as it stands.
    assert all("expires_at" not in item for item in items)
    assert PHONE not in json.dumps(items)
    assert MAIL not in json.dumps(items)


@pytest.mark.covers("D-08")
def test_logs_of_messages_last_ninety_days_and_neither_ledger_consent_nor_history_ends():
    messages.enlist()
    assert messages.standing(messages.ask()).expires_at == START + timedelta(days=90)
    for kept in (Evidence, Consent, Suppression, EntryItem, JournalItem, LogRevision):
        assert "expires_at" not in kept.get_attributes()
