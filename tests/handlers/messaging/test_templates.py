"""Templates: written by one, approved by another, used after that."""

from datetime import timedelta

import pytest

from shared.kernel.categories import Channel
from shared.kernel.storage.client import dynamodb
from shared.messaging.templates import rendering, versions
from shared.messaging.templates.rendering import UnknownTemplate
from tests.clock import START
from tests.triggers import principal

AUTHOR = principal("usr_author", "messaging:manage")
OTHER = principal("usr_other", "messaging:manage")
KEY = "partner.accepted"
WORDING = {
    "subject": "Good news",
    "text": "{{ partner_name }} is with you.",
    "variables": ["partner_name"],
}


@pytest.fixture(autouse=True)
def _read_again():
    versions.forget()
    yield
    versions.forget()


def write(call, wording=WORDING, *, key=KEY, locale="en", **more):
    body = {"key": key, "locale": locale, "wording": wording}
    return call("messaging.write_template", body=body, caller=AUTHOR, **more)


def approve(call, version, *, key=KEY, caller=OTHER, **more):
    path = {"key": key, "version": str(version)}
    return call("messaging.approve_template", path=path, caller=caller, **more)


def history(call, key=KEY):
    return call("messaging.read_template", path={"key": key}, caller=AUTHOR)


def said(locale="en", *, later=0.0):
    now = START + timedelta(seconds=later)
    return rendering.render(KEY, locale, Channel.IN_APP, {"partner_name": "Max"}, first_text=False, now=now)


def test_the_catalogue_is_there_from_the_start(call):
    page = call("messaging.list_templates", caller=AUTHOR).json
    found = {(one["key"], one["locale"]): one for one in page["data"]}
    assert {"escalation.day-1", "consent.request", "account.verify", "sms.first-words"} <= {key for key, _ in found}
    assert found["escalation.day-1", "en"]["version"] == 1
    assert "💪" in found["escalation.day-1", "en"]["wording"]["text"]
    assert page["pagination"] == {"limit": len(found), "hasMore": False, "nextCursor": None}


@pytest.mark.covers("X-A-29")
def test_a_new_version_is_used_once_somebody_else_approved_it(call):
    written = write(call)
    assert written.status == 201
    assert written.data == {
        "key": KEY,
        "locale": "en",
        "version": 2,
        "status": "DRAFT",
        "active": False,
        "wording": written.data["wording"],
        "authorId": "usr_author",
        "createdAt": "2026-03-01T09:30:00.000Z",
        "approvedBy": None,
        "approvedAt": None,
    }
    assert written.data["wording"]["text"] == WORDING["text"]
    assert said().reference == f"{KEY}/en/1"
    refused = approve(call, 2, caller=AUTHOR)
    assert (refused.status, refused.code) == (409, "OWN_VERSION")
    approved = approve(call, 2, request_id="r2")
    assert (approved.status, approved.data["status"], approved.data["active"]) == (200, "APPROVED", True)
    assert (approved.data["approvedBy"], approved.data["approvedAt"]) == ("usr_other", "2026-03-01T09:30:00.000Z")
    assert said(later=59.9).reference == f"{KEY}/en/1"
    found = said(later=60)
    assert (found.text, found.subject, found.reference) == ("Max is with you.", "Good news", f"{KEY}/en/2")


def test_a_version_is_approved_once(call):
    write(call)
    first = approve(call, 2)
    assert approve(call, 2, request_id="r2").data == first.data
    items = dynamodb().scan(TableName="test-wellspring-messaging")["Items"]
    assert [item["type"]["S"] for item in items if item["sk"]["S"] == "OUTBOX"] == ["TemplateApproved"]


@pytest.mark.covers("X-A-29")
def test_the_history_tells_every_version_and_which_one_is_used(call):
    for number in range(3):
        write(call, request_id=f"w{number}")
    approve(call, 3)
    page = history(call).json
    shown = [(one["version"], one["status"], one["active"]) for one in page["data"] if one["locale"] == "en"]
    assert shown == [(4, "DRAFT", False), (3, "APPROVED", True), (2, "DRAFT", False), (1, "APPROVED", False)]
    late = approve(call, 2, request_id="r2")
    assert (late.status, late.code) == (409, "VERSION_SUPERSEDED")
    assert approve(call, 4, request_id="r4").status == 200
    assert [one["active"] for one in history(call).data if one["locale"] == "en"] == [True, False, False, False]
    assert approve(call, 3, request_id="r5").data["active"] is False


def test_a_retry_of_writing_finds_what_the_first_wrote(call):
    answers = [write(call, key=KEY), write(call, key=KEY)]
    assert [answer.data["version"] for answer in answers] == [2, 2]
    assert write(call, request_id="another").data["version"] == 3


@pytest.mark.covers("X-A-29")
def test_languages_fall_back_to_their_language_and_then_to_english(call):
    write(call, WORDING | {"text": "{{ partner_name }} ist dabei."}, locale="de")
    approve(call, 2)
    versions.forget()
    assert said("de").text == said("de-AT").text == "Max ist dabei."
    assert said("en-GB").reference == said("fr").reference == f"{KEY}/en/1"
    listed = call("messaging.list_templates", caller=AUTHOR).data
    assert {(one["locale"], one["version"]) for one in listed if one["key"] == KEY} == {("de", 2), ("en", 1), ("es", 1)}


def test_there_is_one_query_a_minute(monkeypatch):
    asked = []
    real = versions.query_all
    monkeypatch.setattr(versions, "query_all", lambda *key: asked.append(key) or real(*key))
    for second in range(0, 120, 10):
        said(later=second)
    assert len(asked) == 2


def test_a_template_of_no_such_key(call):
    with pytest.raises(UnknownTemplate):
        rendering.render("no.such", "en", Channel.SMS, {}, first_text=False, now=START)
    assert write(call, key="no.such").code == "NOT_FOUND"
    assert history(call, "no.such").code == "NOT_FOUND"
    assert approve(call, 2).code == "NOT_FOUND"
    assert approve(call, 1, request_id="r2").code == "NOT_FOUND"


@pytest.mark.covers("X-A-29")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "{{ partner_name }} and {{ user_name }}"}, "wording.variables"),
        ({"variables": ["partner_name", "goal"]}, "wording.variables"),
        ({"text": "{{ partner_name"}, "wording.text"),
        ({"text": "{% for a in partner_name %}{% endfor %}"}, "wording.text"),
        ({"text": ""}, "wording.text"),
        ({"subject": "x" * 151}, "wording.subject"),
        ({"maxSegments": 11}, "wording.maxSegments"),
        ({"maxSegments": "3"}, "wording.maxSegments"),
        ({"contentSid": "HX1"}, "wording.contentSid"),
        ({"html": "<b>"}, "wording.html"),
        # Nobody gives these to it: every message of the template would be blocked.
        ({"text": "{{ partner_name }} {{ nickname }}", "variables": ["partner_name", "nickname"]}, "wording.variables"),
        ({"text": "{{ partner_name }} {{ days }}", "optional": ["days"]}, "wording.optional"),
    ],
)
def test_words_that_cannot_be_used_are_refused_by_field(call, change, field):
    answer = write(call, WORDING | change)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert {detail["field"] for detail in answer.json["error"]["details"]} == {field}
    assert [one["version"] for one in history(call).data if one["locale"] == "en"] == [1]


def preview(call, **body):
    answer = call("messaging.preview_template", body=body, caller=AUTHOR)
    assert answer.status == 200, answer.text
    return answer.data


@pytest.mark.covers("X-A-29", "X-A-43")
def test_a_template_can_be_tried(call):
    variables = {"partner_name": "Max", "user_name": "Ada", "goal": "run", "day": "2026-03-06"}
    found = preview(call, template="escalation.day-1", channel="SMS", variables=variables)
    assert found["text"].startswith('Hi Max, this is Dataday. Ada missed logging their "run" on Friday 6 March.')
    assert (found["encoding"], found["segments"], found["version"], found["problems"]) == ("UCS-2", 3, 1, [])
    first = preview(call, template="escalation.day-1", channel="SMS", variables=variables, firstText=True)
    assert first["text"].endswith("\nDataday: Reply STOP to end, HELP for help. Msg & data rates may apply.")
    mail = preview(call, template="escalation.day-1", channel="EMAIL", variables=variables)
    assert (mail["subject"], mail["encoding"], mail["segments"]) == ("Ada missed a day", None, 1)


@pytest.mark.covers("X-A-29")
def test_a_preview_tells_what_would_keep_it_from_being_sent(call):
    missing = preview(call, template="escalation.day-1", channel="SMS")
    assert (missing["text"], missing["problems"]) == ("", ["partner_name is missing"])
    long = preview(call, wording={"subject": "x", "text": "a" * 1000}, channel="SMS")
    assert long["problems"] == ["7 segments are more than 6"]
    wrong = preview(call, wording={"subject": "x", "text": "{{ a }}"}, channel="SMS")
    assert wrong["problems"] == ["variables: a is used and not declared"]
    assert wrong["version"] is None


@pytest.mark.parametrize(
    "body", [{"channel": "SMS"}, {"channel": "SMS", "template": "a", "wording": WORDING}, {"template": "a"}]
)
def test_a_preview_needs_one_thing_to_try(call, body):
    assert call("messaging.preview_template", body=body, caller=AUTHOR).status == 400


def test_a_preview_of_no_such_template(call):
    body = {"channel": "SMS", "template": "no.such"}
    assert call("messaging.preview_template", body=body, caller=AUTHOR).code == "NOT_FOUND"
