"""Ways to reach people: landlines, calls, WhatsApp, numbers that fail, a budget that is used up."""

import uuid
from typing import Any

import requests

from infra.local.client import TIMEOUT_SECONDS, Client, demo_user
from infra.local.journeys.pages import fields_of, submit
from tests.stack.lives.said import (
    PAGE,
    agrees,
    all_clear,
    begins,
    day_1,
    day_2,
    day_n,
    heads,
    mornings,
    page_of,
    request_of,
    thanks,
)
from tests.stack.village import NEW_YORK, PASSWORD, SOON, Life, Moments, Village, plain

ALL_CLEAR = "escalation.all-clear"
UNREACHED = "Ned could not be reached. Please ask them whether we have the right number or address."


def a_mother_with_a_landline(village: Village) -> Moments:
    """Her number takes no texts: the user reads what to do, does it, and she is reached by mail."""
    lea = begins(village, "Lea")
    told = {"name": "Gran", "relationship": "parent", "phone": "+442079460123"}
    refused = lea.call("POST", "/v1/support-team", told, status=400).body["error"]["details"]
    advice = "A landline receives no texts: add an e-mail address, and choose mails or calls"
    assert refused == [{"field": "phone", "message": advice}]
    mum = village.person("Mum")
    village.number_behaves(mum.address, refuse=21614)
    lea.names(mum, relationship="parent")
    yield SOON
    advice = (
        "We couldn't text Mum: this number can't receive texts. Add them again with an e-mail address instead, or "
        "with a mobile number. Once they have agreed by e-mail, they can choose recorded calls."
    )
    assert (lea.notices(), lea.sees(mum)["status"], mum.got) == ([advice], "INVALID", [])
    mail = lea.names(village.person("Mum", "mum-{tail}@partners.example"), relationship="parent", zone=NEW_YORK)
    yield from agrees(lea, mail)
    yield from mornings(village, 2, 2)
    assert heads(mail) == [day_1(lea, mail)]
    assert mum.got == []
    assert lea.timeline() == [
        "Mum was told that you missed a day.",
        "Mum said yes: they back you now.",
        "Mum was asked whether they back you.",
        "Mum could not be asked: their number cannot receive texts.",
    ]


def a_voice_on_the_telephone(village: Village) -> Moments:
    """She has a landline and wants to be called: asked by mail, she agrees there, and only the telephone rings."""
    vic = begins(village, "Vic")
    gran = village.person("Gran", f"+442079460{uuid.uuid4().int % 1000:03d}")
    mail = village.person("Gran", "gran-{tail}@partners.example")
    vic.names(gran, relationship="parent", email=mail.address, channels=["VOICE", "EMAIL"])
    yield SOON
    (request,) = heads(mail)
    assert request.startswith(request_of(vic, mail, "recorded call and e-mail"))
    address, page = page_of(mail.link())
    agreed = submit(address, fields_of(page, "accept") | {"third": "EMAIL", "fourth": "VOICE"})
    assert "You are part of the team now" in agreed.text
    preferred = {"first": "VOICE", "second": "EMAIL", "third": ""}
    saved = submit(agreed.url, fields_of(agreed.text, "save") | preferred)
    assert saved.status_code == 200, saved.text
    assert vic.sees(gran)["channels"] == ["VOICE", "EMAIL"]
    yield from mornings(village, 2, 3)
    assert [entry["channel"] for entry in gran.got] == ["voice", "voice"]
    assert plain(gran.words()) == [day_1(vic, gran, spoken=True), day_2(vic, gran, "")]
    assert heads(mail) == [request]


def a_friend_on_whatsapp(village: Village) -> Moments:
    """A text until she writes there, WhatsApp for a day, a text again, and WhatsApp once its template is approved."""
    wim = begins(village, "Wim")
    sue = wim.names(village.person("Sue"), channels=None, preferredContactMethod="whatsapp")
    yield from agrees(wim, sue, way="WhatsApp and text")
    yield village.at(2, 8, 30)
    sue.writes("Hi there", whatsapp=True)
    yield from mornings(village, 2, 3)
    yield village.at(4, 8, 30)
    admins = demo_user(village.stack, "admin"), another_admin(village)
    use_template(village, *admins, "HX" + "a" * 32)
    # A template is in use everywhere within a minute.
    yield village.at(4, 10)
    wim.logs()
    yield SOON
    use_template(village, *admins, None)
    told = [(entry["channel"], text) for entry, text in zip(sue.got, plain(sue.words()), strict=True)]
    assert told == [
        ("sms", day_1(wim, sue)),
        ("whatsapp", day_2(wim, sue)),
        ("sms", day_n(wim, sue, 3)),
        ("whatsapp", all_clear(wim, sue)),
    ]
    assert {one["state"] for one in wim.contacts()} == {"DELIVERED"}


def another_admin(village: Village) -> Client:
    """Return a second admin: who writes a template does not approve it."""
    client = village.user("Max").client
    email = client.call("GET", "/v1/auth/me").data["email"]
    role = {"role": "admin", "granted": True}
    path = f"/v1/admin/users/{client.user_id}/roles"
    assert demo_user(village.stack, "admin").call("POST", path, role, api="adminApi").status == 200
    assert client.log_in(email, PASSWORD).status == 200
    return client


def use_template(village: Village, author: Client, approver: Client, sid: str | None) -> None:
    """Have the words of an all-clear approved for WhatsApp, or not any more."""
    listed = author.call("GET", "/v1/admin/templates", api="adminApi").data
    (present,) = [one for one in listed if (one["key"], one["locale"]) == (ALL_CLEAR, "en")]
    names = ["partner_name", "user_name", "goal"]
    wording: dict[str, Any] = present["wording"] | {"contentSid": sid, "contentVariables": names if sid else []}
    if sid:
        body = wording["text"]
        for number, name in enumerate(names, start=1):
            body = body.replace("{{ " + name + " }}", "{{" + str(number) + "}}")
        url = f"{village.stack['simulators']['twilio']}/_sim/contents"
        body = body.replace("{{ brand }}", "Dataday")
        requests.post(url, json={"sid": sid, "body": body}, timeout=TIMEOUT_SECONDS).raise_for_status()
    written = author.call("POST", "/v1/admin/templates", {"key": ALL_CLEAR, "wording": wording}, api="adminApi")
    assert written.status == 201, written.body
    path = f"/v1/admin/templates/{ALL_CLEAR}/versions/{written.data['version']}/approve"
    assert approver.call("POST", path, api="adminApi").status == 200


def whatsapp_is_impossible(village: Village) -> Moments:
    """Who never wrote there is reached by what comes next in their order; who has nothing else by a text."""
    xia = begins(village, "Xia")
    tom, mail = village.person("Tom"), village.person("Tom", "tom-{tail}@partners.example")
    xia.names(tom, email=mail.address, channels=["WHATSAPP", "EMAIL"], zone=NEW_YORK)
    una = xia.names(village.person("Una"), channels=["WHATSAPP"])
    yield from agrees(xia, tom, way="WhatsApp and e-mail")
    yield from agrees(xia, una, way="WhatsApp and text")
    yield from mornings(village, 2, 4)
    assert heads(mail) == [day_1(xia, mail), day_2(xia, mail, PAGE), day_n(xia, mail, 3, PAGE)]
    assert [(entry["channel"], text) for entry, text in zip(una.got, plain(una.words()), strict=True)] == [
        ("sms", day_1(xia, una)),
        ("sms", day_n(xia, una, 3)),
    ]
    assert tom.got == []
    assert {one["state"] for one in xia.contacts()} == {"DELIVERED"}


def a_number_that_fails(village: Village) -> Moments:
    """Nothing arrives any more: the user reads so and what to do, and nobody counts as asked who never was."""
    fox = begins(village, "Fox")
    ned = fox.names(village.person("Ned"))
    yield from agrees(fox, ned)
    village.number_behaves(ned.address, text="undelivered", error=30003)
    yield from mornings(village, 2, 3)
    assert {one["state"] for one in fox.contacts()} == {"FAILED"}
    assert fox.timeline().count(UNREACHED) == 2
    (numbers,) = fox.call("GET", "/v1/support-team/engagement").data["partners"]
    # The request arrived, the notice and the ask did not.
    assert [numbers[name] for name in ("contacted", "delivered", "asked", "answerRate")] == [3, 1, 0, None]


def a_budget_is_used_up(village: Village) -> Moments:
    """Our own limit keeps an invitation back for days: it waits, nobody is said to be silent, nobody is hurried."""
    gil = begins(village, "Gil")
    admin = demo_user(village.stack, "admin")
    budget = {"scope": f"user:{gil.client.user_id}", "unitsPerDay": 0}
    new = {"If-None-Match": "*"}
    limited = admin.call("PUT", "/v1/admin/budgets", budget, api="adminApi", headers=new)
    assert limited.status == 200, limited.body
    joe = gil.names(village.person("Joe"))
    yield from mornings(village, 2, 8)
    assert (joe.got, gil.notices(), gil.sees(joe)["status"]) == ([], [], "INVITED")
    changed = {"If-Match": limited.headers["ETag"]}
    answer = admin.call("PUT", "/v1/admin/budgets", budget | {"unitsPerDay": 50}, api="adminApi", headers=changed)
    assert answer.status == 200, answer.body
    yield from mornings(village, 9, 10)
    assert (plain(joe.words()), gil.notices()) == ([request_of(gil, joe, "text")], [])
    joe.writes("YES")
    yield SOON
    assert plain(joe.words())[1:] == [thanks(gil)]
    assert gil.sees(joe)["status"] == "ACTIVE"


LIVES: dict[str, Life] = {
    "a mother has a landline": a_mother_with_a_landline,
    "a voice on the telephone": a_voice_on_the_telephone,
    "a friend on WhatsApp": a_friend_on_whatsapp,
    "WhatsApp is impossible": whatsapp_is_impossible,
    "a number fails": a_number_that_fails,
    "a budget is used up": a_budget_is_used_up,
}
