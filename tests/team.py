"""Support teams for tests: partners added through the API, their page as a browser asks for it, what was sent."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from shared import messaging
from shared.accountability.items import user_pk
from shared.accountability.team import links
from shared.accountability.team.items import Partner, partner_sk
from shared.kernel.config import settings
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from shared.messaging import SecretLink
from shared.messaging.message_items import Attempt, message_pk
from tests.calls import Answer, call
from tests.clock import START
from tests.triggers import principal

USER = principal("usr_ada", "accountability:use")
OTHER = principal("usr_bob", "accountability:use")
GUIDE = principal("usr_guide", "accountability:guide")

GRACE = {"name": "Grace", "relationship": "friend", "phone": "+12125550123", "zone": "America/New_York"}
FORM = {"content-type": "application/x-www-form-urlencoded", "user-agent": "Browser/1.0"}


def rows(domain: str, prefix: str = "", sk: str = "") -> list[dict[str, Any]]:
    """Return the plain values of a table's items whose keys begin so."""
    pages = dynamodb().get_paginator("scan").paginate(TableName=settings().table(domain), ConsistentRead=True)
    found = [item for page in pages for item in page["Items"]]
    return [
        {name: next(iter(value.values())) for name, value in item.items()}
        for item in found
        if item["pk"]["S"].startswith(prefix) and item["sk"]["S"].startswith(sk)
    ]


def messages(template: str = "") -> list[dict[str, Any]]:
    """Return the messages that were asked for, in the order of their time."""
    found = rows("messaging", "MESSAGE#", "MESSAGE")
    wanted = [one for one in found if one["template"].startswith(template)]
    return sorted(wanted, key=lambda one: (int(one["requested_at"]), one["template"]))


def evidence(recipient_id: str) -> list[dict[str, Any]]:
    """Return the ledger of somebody's consent, the oldest first."""
    found = rows("messaging", f"RECIPIENT#{recipient_id}", "EVIDENCE#")
    return sorted(found, key=lambda one: (int(one["at"]), one["sk"]))


def added(key: str | None = None, user: Any = USER, **changed: Any) -> str:
    """Add a partner and return the id."""
    answer = call("accountability.add_partner", body=GRACE | changed, caller=user, key=key or str(changed))
    assert answer.status == 201, answer.text
    partner_id: str = answer.data["id"]
    return partner_id


def stored(partner_id: str, user: Any = USER) -> Partner:
    """Return a partner as stored."""
    partner = reads.get(Partner, user_pk(user.user_id), partner_sk(partner_id))
    assert partner is not None
    return partner


def link_to(partner_id: str, *, now: Any, user: Any = USER) -> str:
    """Return the token of a fresh link to a partner's page."""
    return links.token(stored(partner_id, user), now=now)


def sent_token(message: dict[str, Any]) -> str:
    """Return the token of the link in a message."""
    given = json.loads(message["variables"])["link"]
    link = SecretLink(**given)
    return links._signed(stored(link.parts[0]), int(link.parts[1]), int(link.parts[2]), link.parts[3:])


def visit(token: str, done: str = "") -> Answer:
    """Look at a page."""
    query = {"done": done} if done else {}
    return call("accountability.show_partner_page", path={"token": token}, query=query)


_operation = iter(range(10**9))


def submit(token: str, **fields: str) -> Answer:
    """Send a form of a page, as a browser does, and do not follow where it leads."""
    return call(
        "accountability.answer_partner_page",
        path={"token": token},
        text=urlencode(fields),
        headers=FORM,
        request_id=f"page-{next(_operation)}",
    )


def next_token(answer: Answer) -> str:
    """Return the token of the page that a form leads on to."""
    assert answer.status == 303, answer.text
    return answer.headers["Location"].removeprefix("./").partition("?")[0]


def statement_on(page: Answer) -> str:
    """Return the hash of the words beside the button."""
    found = re.search(r'name="statement" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


def accepted(partner_id: str, *, now: Any, user: Any = USER, **fields: str) -> str:
    """Let a partner agree on their page; return the token of the page that follows."""
    token = link_to(partner_id, now=now, user=user)
    chosen = {"first": "SMS"} | fields
    return next_token(submit(token, action="accept", statement=statement_on(visit(token)), **chosen))


def words(page: Answer) -> str:
    """Return what a page says, without its markup."""
    body = page.text.partition("<main>")[2].partition("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", body)))).strip()


def sent(message_id: str, text: str) -> None:
    """Note what the engine notes of a message that it sent, as far as the ledger needs it."""
    attempt = Attempt(
        pk=message_pk(message_id),
        sk="ATTEMPT#001",
        message_id=message_id,
        attempt=1,
        channel="SMS",
        address=messaging.address_hash(GRACE["phone"]),
        state="SENT",
        text=text,
        reference="consent.request/en/1",
        claimed_at=START,
        expires_at=START,
    )
    commit(Put(attempt))
