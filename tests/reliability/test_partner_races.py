"""Consent under races and deaths: whatever happens at once, one answer counts, and the ledger says what stands.

A link is used once, a team never passes twenty, nobody is asked twice, and who said no is not found agreeing. What runs
at once runs in threads, below the shells of the endpoints, which handle one request at a time.
"""

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import combinations
from typing import Any

import pytest

from shared.accountability.partner_page import actions
from shared.accountability.partner_page.actions import Visit
from shared.accountability.partner_page.form import PageForm
from shared.accountability.team import invitations, message_events, partners
from shared.accountability.team.errors import Changed, PartnerExists, TeamFull
from shared.accountability.team.naming import NewPartner
from shared.kernel.caller import Browser
from shared.messaging import events
from shared.messaging.recipients import suppression
from tests import environment, faults, outbox, team
from tests import escalations as world
from tests.calls import call, invoke
from tests.clock import START, FixedClock
from tests.figures import tell
from tests.team import GRACE, USER, added, evidence, link_to, messages, statement_on, stored, submit, visit
from tests.triggers import due_event, queue_event

AGREEING = {"ACTIVE", "PAUSED"}
STORAGE = (*faults.WRITES, "GetItem", "BatchGetItem", "Query")
NAMES = ("accept", "decline", "no", "remove", "stop", "timer", "yes")
TRIPLES = 7


@pytest.fixture(autouse=True)
def ada(stage: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_PUBLIC_URL", "https://api.wellspring.example")
    environment.read_anew()
    world.put_member()


def together(*deeds: Any) -> list[Any]:
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result() for one in [pool.submit(deed) for deed in deeds]]


def press(token: str, now: datetime, **fields: Any) -> int:
    """Send a form of the page and return the status."""
    form = PageForm(**fields)
    visit = Visit(form, Browser("Browser/1.0", "en", "203.0.113.7"), uuid.uuid4().hex, now)
    return actions.act(token, visit).status


def add(number: int, now: datetime, **changed: Any) -> str:
    """Add a partner and return what became of it."""
    try:
        partners.add(USER.user_id, NewPartner(**GRACE | changed), f"opn_{number}", now=now)
    except (PartnerExists, TeamFull) as refusal:
        return refusal.code
    return "ADDED"


def consent_of(partner_id: str) -> bool:
    found = team.rows("messaging", f"RECIPIENT#{partner_id}", "CONSENT#SUPPORT")
    return bool(found and found[0]["given"])


def kinds(partner_id: str) -> list[str]:
    """What the ledger holds besides requests, the newest last; in one millisecond the ids decide."""
    return [line["kind"] for line in evidence(partner_id) if line["kind"] != "REQUESTED"]


@pytest.mark.covers("S-A-40")
def test_a_link_pressed_forty_times_at_once_is_used_once(clock: FixedClock) -> None:
    partner_id = added()
    token = link_to(partner_id, now=clock.now())
    shown = statement_on(visit(token))

    statuses = Counter(
        together(*[lambda: press(token, clock.now(), action="accept", statement=shown, choices=("SMS",))] * 40)
    )
    assert statuses == {303: 1, 410: 39}
    assert (stored(partner_id).generation, stored(partner_id).status) == (1, "ACTIVE")
    assert kinds(partner_id) == ["GIVEN"]
    assert len(outbox.sent("accountability", "PartnerAccepted")) == 1
    assert len(messages("partner.accepted")) == 1


def test_a_team_of_nineteen_takes_one_of_twenty_at_once(clock: FixedClock) -> None:
    for number in range(19):
        added(phone=f"+1212555{number:04d}", key=f"first {number}")

    many = [lambda number=number: add(number, clock.now(), phone=f"+1212556{number:04d}") for number in range(20)]
    assert Counter(together(*many)) == {"ADDED": 1, "TEAM_FULL": 19}
    assert len(messages("consent.request")) == 20


def test_a_number_named_twenty_times_at_once_is_named_once(clock: FixedClock) -> None:
    many = [lambda number=number: add(number, clock.now()) for number in range(20)]
    assert Counter(together(*many)) == {"ADDED": 1, "PARTNER_EXISTS": 19}
    (message,) = messages()
    assert message["template"] == "consent.request"


def delivered(event: Any, now: datetime) -> None:
    """Deliver an event as a queue does: again until it is taken, and once more."""
    taken = 0
    while taken < 2:
        with suppress(Changed):
            message_events.handle(event, now=now)
            taken += 1


@pytest.mark.covers("X-A-01", "X-A-02", "X-A-05", "R-05")
def test_whatever_partner_user_and_timer_do_at_once_the_ledger_says_what_stands(clock: FixedClock) -> None:
    seed = random.randrange(2**32)
    source, ended = random.Random(seed), Counter[str]()
    rounds = [*combinations(NAMES, 2), *(source.sample(NAMES, 3) for _ in range(TRIPLES))]
    for number, chosen in enumerate(rounds):
        clock.at = START
        phone = f"+1212557{number:04d}"
        partner_id = added(phone=phone, key=f"round {number}")
        clock.advance(days=source.choice([1, 3, 8, 13]))
        token = link_to(partner_id, now=clock.now())
        shown = statement_on(visit(token))
        request = messages("consent.request")[-1]["message_id"]
        clock.advance(days=source.choice([0, 2]))
        deeds = _deeds(partner_id, phone, token, shown, request, clock)
        together(*[deeds[name] for name in chosen])
        status = stored(partner_id).status
        ended[status] += 1
        told = (seed, number, chosen, status, kinds(partner_id))
        effective = stored(partner_id).removed_from if status == "REMOVED" else status
        assert consent_of(partner_id) == (effective in AGREEING), told
        sent = Counter(one["template"] for one in messages("consent") if one["recipient_id"] == partner_id)
        assert sent["consent.request"] == 1, told
        assert sent["consent.reminder"] <= 2, told
        if "stop" in chosen:
            assert effective not in AGREEING | {"INVITED"}, told
        call("accountability.remove_partner", path={"partner_id": partner_id}, caller=USER)
    tell({"seed": seed, "rounds": len(rounds), "ended": dict(ended)})
    assert len(ended) >= 4


def _deeds(partner_id: str, phone: str, token: str, shown: str, request: str, clock: FixedClock) -> dict[str, Any]:
    about = f"invitation:{partner_id}"

    def reply(answer: str) -> None:
        told = {"recipient_id": partner_id, "message_id": request, "about": about, "answer": answer}
        delivered(events.ReplyReceived(**told, reply_id=f"{partner_id}-{answer}"), clock.now())

    def stop() -> None:
        suppression.suppress(phone, "STOP", source=f"SM-{partner_id}", now=clock.now())
        delivered(events.AddressOptedOut(recipient_id=partner_id, reason="STOP"), clock.now())

    def work() -> None:
        partner = stored(partner_id)
        invitations.look(partner.pk, partner.sk, now=clock.now())

    return {
        "accept": lambda: press(token, clock.now(), action="accept", statement=shown, choices=("SMS",)),
        "decline": lambda: press(token, clock.now(), action="decline"),
        "yes": lambda: reply("YES"),
        "no": lambda: reply("NO"),
        "stop": stop,
        "timer": work,
        "remove": lambda: partners.remove(USER.user_id, partner_id, now=clock.now()),
    }


@pytest.mark.covers("R-06")
@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
@pytest.mark.parametrize("what", ["accept", "yes", "add", "timer"])
def test_a_death_at_any_call_to_storage_has_its_effect_once(kind: str, what: str, clock: FixedClock) -> None:
    deaths = 0
    for position in range(30):
        clock.at = START
        phone = f"+1212558{position:04d}"
        prepared = _prepared(what, phone, position, clock)
        with faults.injected(faults.script(*[None] * position, kind), operations=STORAGE) as met:
            try:
                prepared()
            except faults.Crash:
                deaths += 1
        clock.advance(seconds=30)
        prepared()
        (partner_id,) = [
            row["partner_id"]
            for row in team.rows("accountability", "USER#", "PARTNER#")
            if row["name"] == str(position)
        ]
        mine = Counter(one["template"] for one in messages() if one["recipient_id"] == partner_id)
        expected = {"accept": ["GIVEN"], "yes": ["GIVEN"], "add": [], "timer": []}[what]
        assert (position, kinds(partner_id)) == (position, expected)
        more = {"timer": {"consent.reminder": 1}, "yes": {"answer.yes": 1}}
        assert mine == {"consent.request": 1} | more.get(what, {})
        call("accountability.remove_partner", path={"partner_id": partner_id}, caller=USER)
        if not sum(met.seen.values()):
            break
    tell({"what": what, "kind": kind, "deaths": deaths})
    assert deaths >= 4


def _prepared(what: str, phone: str, number: int, clock: FixedClock) -> Any:
    """Return a deed that may be repeated, as a client or a queue repeats it."""
    body = GRACE | {"phone": phone, "name": str(number)}
    if what == "add":
        return lambda: call("accountability.add_partner", body=body, caller=USER, key=f"key {number}")
    partner_id = added(phone=phone, name=str(number), key=f"key {number}")
    if what == "accept":
        token = link_to(partner_id, now=clock.now())
        shown = statement_on(visit(token))
        return lambda: submit(token, action="accept", statement=shown, first="SMS")
    if what == "timer":
        request = next(one["message_id"] for one in messages() if one["recipient_id"] == partner_id)
        team.sent(request, "May we?")
        clock.advance(days=3)
        partner = stored(partner_id)
        return lambda: invoke("accountability.work_invitation", due_event((partner.pk, partner.sk)))
    request = next(one["message_id"] for one in messages() if one["recipient_id"] == partner_id)
    told = {"recipient_id": partner_id, "message_id": request, "about": f"invitation:{partner_id}", "answer": "YES"}
    event = events.ReplyReceived(**told, reply_id=f"SM{number}")
    return lambda: invoke("accountability.follow_partner", queue_event(event))
