"""The partner's page: what it shows, what its forms do, and what becomes of its links."""

import hashlib
import re
from datetime import timedelta
from html import unescape

import pytest

from shared.accountability.team import consents, message_events
from shared.accountability.team.people import entry_of
from shared.kernel.brands import Product, brand
from shared.messaging import categories
from shared.messaging.events import AddressOptedOut
from shared.messaging.recipients import suppression
from tests import escalations as world
from tests import outbox, team
from tests.team import (
    GRACE,
    OTHER,
    USER,
    accepted,
    added,
    evidence,
    link_to,
    messages,
    next_token,
    statement_on,
    stored,
    submit,
    visit,
    words,
)
from tests.triggers import queue_event

PHONE = GRACE["phone"]


@pytest.fixture(autouse=True)
def ada(aws):
    """The user, as partners know her."""
    world.put_member()


@pytest.fixture
def both():
    """A partner with a number and a mail address, not yet asked."""
    return added(email="grace@example.com", channels=["SMS", "EMAIL"], note="You get me <b>going</b> & laughing")


def entry(partner_id):
    (found,) = team.rows("messaging", f"RECIPIENT#{partner_id}", "RECIPIENT")
    return found


def consent(partner_id):
    (found,) = team.rows("messaging", f"RECIPIENT#{partner_id}", "CONSENT#SUPPORT")
    return found["given"], [one["S"] for one in found["channels"]]


@pytest.mark.covers("S-A-40", "X-A-25")
def test_the_link_of_the_request_leads_to_who_asks_what_for_and_what_one_can_do(both):
    page = visit(team.sent_token(messages()[0]))
    assert page.status == 200
    said = words(page)
    assert "Ada asks for your support" in said
    assert "Hi Grace. Ada keeps daily goals with Dataday" in said
    assert "You get me <b>going</b> & laughing" in said
    assert consents.page_words(entry_of(both), "Ada").text in said
    assert "on this page or by replying STOP." in said
    assert {"I agree", "No, thank you"} <= set(buttons(page))
    assert "morning run" not in page.text


def buttons(page):
    return re.findall(r"<button[^>]*>([^<]+)</button>", page.text)


def test_every_page_loads_nothing_runs_nothing_and_posts_only_home(both, clock):
    for page in (visit(link_to(both, now=clock.now())), visit("x"), visit(accepted(both, now=clock.now()))):
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "<script" not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "form-action 'self'" in visit(link_to(both, now=clock.now())).headers["Content-Security-Policy"]


@pytest.mark.covers("X-A-01", "X-A-02", "S-A-38", "X-A-25")
def test_agreeing_keeps_the_channels_the_hours_and_the_evidence_of_what_was_shown(both, clock):
    token = link_to(both, now=clock.now())
    clock.advance(minutes=5)
    done = submit(
        token,
        action="accept",
        statement=statement_on(visit(token)),
        first="EMAIL",
        second="SMS",
        voice="yes",
        begin="10:00",
        end="18:30",
        language="en",
    )
    page = visit(next_token(done), "accepted")
    assert (page.status, "Thank you. You are part of the team now." in words(page)) == (200, True)
    assert stored(both).status == "ACTIVE"
    assert consent(both) == (True, ["EMAIL", "SMS", "VOICE"])
    known = entry(both)
    assert ([one["S"] for one in known["channels"]], known["voicemail"]) == (["EMAIL", "SMS"], True)
    assert (known["from_minute"], known["to_minute"]) == ("600", "1110")
    given = evidence(both)[-1]
    expected = {
        "kind": "GIVEN",
        "method": "WEB_PAGE",
        "text_version": "partner.page/en/3",
        "text_hash": hashlib.sha256(consents.page_words(entry_of(both), "Ada").text.encode()).hexdigest(),
        "network_address": "203.0.113.7",
        "user_agent": "Browser/1.0",
    }
    assert {name: given[name] for name in expected} == expected
    assert [one["template"] for one in messages("partner.")] == ["partner.accepted"]
    assert outbox.sent("accountability", "PartnerAccepted") == [{"user_id": "usr_ada", "partner_id": both}]


@pytest.mark.covers("X-A-02")
def test_the_page_promises_what_the_caps_hold(both, clock):
    day, week = categories.category("partner-ask").caps
    assert (day.limit, day.window, week.window) == (1, timedelta(days=1), timedelta(days=7))
    said = words(visit(link_to(both, now=clock.now())))
    asked = f"once a day and {week.limit} times a week"
    total = f"at most {max(one.together or 0 for one in categories.CATEGORIES.values())} times a week"
    assert (said.count(asked), said.count(total)) == (2, 2), "what it means, and what one agrees to"


def test_a_changed_sentence_needs_a_new_version():
    known = {"partner.page/en/3": "b464", "partner.page-mail/en/2": "8959", "lead.default/en/1": "faca"}
    assert known == {
        consents.PAGE_VERSION: consents.hash_of(consents._PAGE)[:4],
        consents.MAIL_VERSION: consents.hash_of(consents._MAIL)[:4],
        consents.LEAD_VERSION: consents.hash_of(consents._LEAD)[:4],
    }


@pytest.mark.covers("X-A-01")
def test_who_is_reached_by_mail_alone_reads_how_mails_end_and_agrees_to_that(clock):
    mailed = added(phone=None, email="grace@example.com", preferred_contact_method="email")
    token = link_to(mailed, now=clock.now())
    page = visit(token)
    assert "STOP" not in words(page)
    assert "on this page or by the link at the end of every mail." in words(page)
    next_token(submit(token, action="accept", statement=statement_on(page), first="EMAIL"))
    (statement,) = re.findall(r'<p class="quiet">(I agree[^<]*)</p>', page.text)
    given = evidence(mailed)[-1]
    assert given["text_version"] == "partner.page-mail/en/2"
    assert given["text_hash"] == hashlib.sha256(unescape(statement).encode()).hexdigest()


def test_who_ended_all_mails_reads_whom_to_write_to(clock):
    mailed = added(phone=None, email="grace@example.com", preferred_contact_method="email")
    suppression.suppress("grace@example.com", "UNSUBSCRIBED", source="link", now=clock.now())
    message_events.address_changed(AddressOptedOut(recipient_id=mailed, reason="UNSUBSCRIBED"), now=clock.now())
    said = words(visit(link_to(mailed, now=clock.now())))
    assert f"If you want them again, write to {brand(Product.GOALS).contact}." in said


def test_words_that_changed_since_they_were_shown_are_not_agreed_to(both, clock):
    token = link_to(both, now=clock.now())
    shown = statement_on(visit(token))
    world.put_member(name="Ada L.")
    answer = submit(token, action="accept", statement=shown, first="SMS")
    assert (answer.status, stored(both).status) == (422, "INVITED")
    assert "The words you agree to have changed" in words(answer)
    assert submit(token, action="accept", statement=statement_on(answer), first="SMS").status == 303


@pytest.mark.covers("S-A-40")
def test_a_link_works_once_and_looking_uses_nothing_up(both, clock):
    token = link_to(both, now=clock.now())
    for _ in range(3):
        assert visit(token).status == 200
    following = next_token(submit(token, action="decline"))
    assert stored(both).status == "DECLINED"
    used = submit(token, action="accept", statement="x", first="SMS")
    assert (used.status, stored(both).status) == (410, "DECLINED")
    assert (visit(token).status, visit(following).status) == (410, 200)
    assert visit(team.sent_token(messages()[0])).status == 410


def test_who_declined_may_still_agree_on_the_page_that_followed(both, clock):
    token = next_token(submit(link_to(both, now=clock.now()), action="decline"))
    page = visit(token, "declined")
    assert "You said no" in words(page)
    assert "Nothing more comes to you." in words(page)
    assert buttons(page) == []
    page = visit(token, "again")
    next_token(submit(token, action="accept", statement=statement_on(page), first="SMS"))
    assert stored(both).status == "ACTIVE"


@pytest.mark.covers("X-A-25")
def test_an_old_link_offers_a_new_one_to_the_partners_own_address_once_an_hour(both, clock):
    token = link_to(both, now=clock.now())
    clock.advance(days=14)
    page = visit(token)
    assert (page.status, buttons(page)) == (410, ["Send me a new link"])
    assert "Ada" not in page.text
    assert submit(token, action="decline").status == 410
    sent = submit(token, action="new-link")
    after = visit(next_token(sent), "link-sent")
    assert (after.status, buttons(after)) == (410, [])
    assert "A new link is on its way" in words(after)
    (message,) = messages("partner.new-link")
    assert "subject_id" not in message
    assert (message["recipient_id"], message["category"]) == (both, "partner-link")
    assert "to" not in message
    again = submit(token, action="new-link")
    assert (again.status, len(messages("partner.new-link"))) == (429, 1)
    clock.advance(hours=1, seconds=1)
    clock.advance(hours=1)
    assert submit(token, action="new-link").status == 303
    assert visit(team.sent_token(messages("partner.new-link")[0])).status == 200


def test_a_new_link_is_no_contact_of_ours_and_no_rest_keeps_it_back(both, clock):
    accepted(both, now=clock.now())
    old = team.sent_token(messages("consent")[0])
    assert submit(old, action="new-link").status == 303
    assert messages("partner.new-link")[0]["category"] == "partner-link"


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"streak": 4, "missed_run": 0}, "done 4 times in a row"),
        ({"streak": 0, "missed_run": 2}, "less often than planned"),
    ],
)
def test_of_a_goal_that_owes_no_single_day_no_days_are_counted(both, clock, run, said):
    per_week = '{"kind": "PER_WEEK", "n": 3, "since": "2026-02-01"}'
    world.put_goal(frequency=per_week, longest_streak=9, **run)
    team.call("accountability.change_partner", path={"partner_id": both}, body={"privacy": "FULL"}, caller=USER)
    accepted(both, now=clock.now())
    assert said in team.words(visit(link_to(both, now=clock.now())))


def test_who_left_or_was_removed_gets_no_new_link(call, both, clock):
    token = accepted(both, now=clock.now())
    submit(token, action="leave")
    assert (submit(token, action="new-link").status, messages("partner.new-link")) == (410, [])
    removed = link_to(both, now=clock.now())
    call("accountability.remove_partner", path={"partner_id": both}, caller=USER)
    page = visit(removed)
    assert (page.status, buttons(page)) == (410, [])


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "x",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace(".0.", ".1."),
        lambda token: token.replace(".0.", ".-1."),
        lambda token: token.replace("ptn_", "usr_"),
        lambda token: ".".join([*token.split(".")[:2], "99999999999", token.split(".")[3]]),
        lambda token: token + ".x",
        lambda token: token.partition(".")[0],
        lambda token: "ptn_x.0.1.é",
        lambda token: "ptn_x.0." + "9" * 150 + ".x",
    ],
)
def test_a_forged_link_is_no_page_and_does_nothing(both, clock, change):
    token = change(link_to(both, now=clock.now()))
    page = visit(token)
    assert page.status == 404
    assert "Grace" not in page.text
    assert "Ada" not in page.text
    for action in ("accept", "decline", "new-link"):
        assert submit(token, action=action).status == 404
    assert (stored(both).status, stored(both).generation, len(messages())) == ("INVITED", 0, 1)


UNFIT = [
    ({"first": ""}, "Choose at least one way"),
    ({"first": "WHATSAPP", "second": "PIGEON"}, "Choose at least one way"),
    ({"first": "VOICE"}, "Choose a way in writing"),
    ({"first": "WHATSAPP", "second": "VOICE"}, "Choose a second way besides WhatsApp"),
    ({"first": "SMS", "begin": "22:00", "end": "23:00"}, "Choose at least two hours"),
    ({"first": "SMS", "begin": "18:00", "end": "09:00"}, "Choose at least two hours"),
    ({"first": "SMS", "begin": "10:00"}, "Give both times"),
    ({"first": "SMS", "begin": "25:00", "end": "26:00"}, "Give both times"),
]


@pytest.mark.parametrize(("fields", "problem"), UNFIT)
def test_what_cannot_be_is_told_on_the_page_and_the_link_stays_good(both, clock, fields, problem):
    token = link_to(both, now=clock.now())
    answer = submit(token, action="accept", statement=statement_on(visit(token)), **fields)
    assert (answer.status, stored(both).status) == (422, "INVITED")
    assert problem in words(answer)
    assert 'role="alert"' in answer.text
    assert "<title>Please look again:" in answer.text
    assert submit(token, action="accept", statement=statement_on(answer), first="SMS").status == 303


@pytest.mark.parametrize("action", ["", "fly", "save", "rest", "resume", "leave", "answer"])
def test_what_one_who_did_not_agree_cannot_do(both, clock, action):
    token = link_to(both, now=clock.now())
    fields = {"statement": statement_on(visit(token)), "first": "SMS", "until": "2026-03-05", "answer": "DONE"}
    assert submit(token, action=action, **fields).status in {409, 422}
    assert (stored(both).status, stored(both).generation) == ("INVITED", 0)


def test_agreeing_twice_is_told_as_things_stand(both, clock):
    token = accepted(both, now=clock.now())
    answer = submit(token, action="accept", statement=statement_on(visit(token)), first="SMS")
    assert answer.status == 409
    assert "That is not possible any more" in words(answer)
    assert len(evidence(both)) == 2


@pytest.mark.covers("S-A-38", "X-A-25")
def test_settings_may_be_changed_and_consent_follows_the_channels(both, clock):
    token = accepted(both, now=clock.now(), voice="yes")
    page = visit(token)
    fields = {"first": "EMAIL", "begin": "", "end": "", "language": "en"}
    after = next_token(submit(token, action="save", statement=statement_on(page), **fields))
    assert "Your settings are saved." in words(visit(after, "saved"))
    assert consent(both) == (True, ["EMAIL"])
    assert (stored(both).milestones, entry(both)["voicemail"]) == (False, False)
    assert "from_minute" not in entry(both)


@pytest.mark.covers("S-A-38")
def test_what_else_may_be_chosen_and_stands_there_afterwards(both, clock):
    token = accepted(both, now=clock.now())
    page = visit(token)
    assert "may read what I write back" in page.text
    assert 'name="words" value="yes" checked' not in page.text
    fields = {"first": "SMS", "milestones": "yes", "words": "yes"}
    after = next_token(submit(token, action="save", statement=statement_on(page), **fields))
    assert (stored(both).milestones, stored(both).shows_words) == (True, True)
    page = visit(after)
    assert 'name="words" value="yes" checked' in page.text
    submit(after, action="save", statement=statement_on(page), first="SMS", milestones="yes")
    assert (stored(both).milestones, stored(both).shows_words) == (True, False)


@pytest.mark.covers("X-A-25", "S-A-38")
def test_resting_until_a_day_and_going_on(call, both, clock):
    token = accepted(both, now=clock.now())
    token = next_token(submit(token, action="rest", until="2026-03-05"))
    # The rest ends with the day in the partner's zone, New York.
    assert stored(both).paused_until.isoformat() == "2026-03-06T05:00:00+00:00"
    assert "paused_until" in entry(both)
    read = lambda: call("accountability.read_partner", path={"partner_id": both}, caller=USER).data  # noqa: E731
    assert (read()["status"], read()["pausedUntil"]) == ("PAUSED", "2026-03-06T05:00:00.000Z")
    page = visit(token, "resting")
    assert "You rest through 5 March 2026." in words(page)
    clock.advance(days=5)
    assert read()["status"] == "ACTIVE"
    next_token(submit(token, action="resume"))
    assert (stored(both).status, "paused_until" in entry(both)) == ("ACTIVE", False)


@pytest.mark.parametrize("until", ["", "2026-02-28", "2027-04-01", "2026-02-30", "tomorrow", "9999-12-31"])
def test_a_rest_ends_on_a_day_within_a_year(both, clock, until):
    token = accepted(both, now=clock.now())
    assert submit(token, action="rest", until=until).status == 422
    assert stored(both).status == "ACTIVE"


@pytest.mark.covers("X-A-25")
def test_leaving_withdraws_consent_and_tells_the_user(both, clock):
    token = accepted(both, now=clock.now())
    page = visit(next_token(submit(token, action="leave")), "left")
    assert "You left the team" in words(page)
    assert (stored(both).status, consent(both)[0]) == ("LEFT", False)
    assert [line["kind"] for line in evidence(both)] == ["REQUESTED", "GIVEN", "WITHDRAWN"]
    assert messages("partner.left")[0]["recipient_id"] == "usr_ada"
    assert buttons(page) == []
    again = visit(link_to(both, now=clock.now()), "again")
    assert "I agree" in buttons(again)


def test_who_left_while_they_rested_and_agrees_again_is_written_to(both, clock):
    token = accepted(both, now=clock.now())
    token = next_token(submit(token, action="rest", until="2026-03-05"))
    token = next_token(submit(token, action="leave"))
    next_token(submit(token, action="accept", first="SMS", statement=statement_on(visit(token, "again"))))
    assert (stored(both).status, "paused_until" in entry(both)) == ("ACTIVE", False)


@pytest.mark.covers("X-A-24")
@pytest.mark.parametrize(
    ("privacy", "shown", "hidden"),
    [
        ("FULL", ["morning run : 4 days in a row, longest run 9", "Read"], []),
        ("TITLE", ["morning run", "Read"], ["in a row", "longest"]),
        ("NEUTRAL", [], ["morning run", "Read", "in a row", "How it goes"]),
    ],
)
def test_the_page_shows_what_the_user_chose_and_nothing_else(call, both, clock, privacy, shown, hidden):
    world.put_goal(streak=4, longest_streak=9)
    world.put_goal("gol_two", title="Read")
    world.put_goal("gol_gone", title="Deleted dream", status="DELETED")
    world.put_goal("gol_bob", user_id="usr_bob", title="Bob's diet")
    token = accepted(both, now=clock.now())
    call("accountability.change_partner", path={"partner_id": both}, body={"privacy": privacy}, caller=USER)
    said = words(visit(token))
    assert [one for one in shown if one not in said] == []
    assert [one for one in [*hidden, "Deleted dream", "diet"] if one in said] == []


def test_a_partner_of_one_goal_sees_that_one(call, both, clock):
    world.put_goal()
    world.put_goal("gol_two", title="Read")
    token = accepted(both, now=clock.now())
    call("accountability.change_partner", path={"partner_id": both}, body={"goals": ["gol_two"]}, caller=USER)
    said = words(visit(token))
    assert ("Read" in said, "morning run" in said) == (True, False)


@pytest.fixture
def asked(both, clock, invoke):
    """A partner who is asked to check in; returns their id and the token of their page."""
    world.put_goal()
    token = accepted(both, now=clock.now())
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    assert [one.type for one in world.contacts()] == ["emergency_support_team_checkin_request"]
    return both, token


@pytest.mark.covers("X-A-13", "S-A-40")
@pytest.mark.parametrize("answer", ["ACCEPTED", "DONE", "CANNOT"])
def test_an_ask_is_answered_on_the_page(asked, answer):
    partner_id, token = asked
    page = visit(token)
    assert "Can you check in with Ada?" in words(page)
    assert "Morning run: no log for 2 days" in words(page)
    about = about_on(page)
    after = next_token(submit(token, action="answer", about=about, answer=answer))
    assert world.contacts()[0].response == answer
    assert world.partner(partner_id).answer_count == 1
    seen = visit(after, "answered")
    assert "Thank you. Your answer is noted." in words(seen)
    assert "Can you check in" not in words(seen)
    assert submit(token, action="answer", about=about, answer="DONE").status == 410
    assert world.contacts()[0].response == answer


@pytest.mark.covers("X-A-13")
@pytest.mark.parametrize("answer", ["DONE", "CANNOT"])
def test_who_said_that_they_will_check_in_may_say_how_it_went(asked, answer):
    partner_id, token = asked
    about = about_on(visit(token))
    after = next_token(submit(token, action="answer", about=about, answer="ACCEPTED"))
    page = visit(after)
    assert "How did it go with Ada?" in words(page)
    assert buttons(page)[:2] == ["I checked in", "I can't this time"]
    last = next_token(submit(after, action="answer", about=about_on(page), answer=answer))
    assert (world.contacts()[0].response, world.partner(partner_id).answer_count) == (answer, 1)
    assert "How did it go" not in words(visit(last))


def about_on(page):
    import re

    found = re.search(r'name="about" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_somebody_elses_ask_is_not_answered(asked, clock, call):
    partner_id, _ = asked
    stranger = added(user=OTHER, phone="+12125550188")
    token = accepted(stranger, now=clock.now(), user=OTHER)
    about = f"contact:{world.GOAL}#{world.day(2)}#{world.contacts()[0].step}#{partner_id}"
    for wrong in (about, "contact:x#y#z#w", "contact:x", "", about.replace("contact:", "case:")):
        assert submit(token, action="answer", about=wrong, answer="DONE").status == 409
    assert world.contacts()[0].response is None


def test_a_crash_between_an_answer_and_its_link_is_made_good_by_a_second_press(asked, monkeypatch):
    from shared.accountability.partner_page import actions

    partner_id, token = asked
    about = about_on(visit(token))

    def crash(*_):
        raise RuntimeError("the function died")

    with monkeypatch.context() as dying:
        dying.setattr(actions, "commit", crash)
        assert submit(token, action="answer", about=about, answer="DONE").status == 500
    assert submit(token, action="answer", about=about, answer="DONE").status == 303
    assert (world.contacts()[0].response, world.partner(partner_id).answer_count) == ("DONE", 1)


def test_the_page_of_somebody_who_stopped_everything_offers_nothing(both, clock, invoke):
    from shared.messaging import events
    from shared.messaging.recipients import suppression

    token = accepted(both, now=clock.now())
    suppression.suppress(PHONE, "STOP", source="SM1", now=clock.now())
    invoke("accountability.follow_partner", queue_event(events.AddressOptedOut(recipient_id=both, reason="STOP")))
    page = visit(token)
    assert (page.status, buttons(page)) == (200, [])
    assert "text START" in words(page)


def test_a_form_is_a_form(call, both, clock):
    token = link_to(both, now=clock.now())
    answer = call("accountability.answer_partner_page", path={"token": token}, body={"action": "decline"})
    assert (answer.status, stored(both).status) == (415, "INVITED")


@pytest.mark.covers("S-A-38")
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("DONE", "You told us that you checked in. Thank you."),
        ("ACCEPTED", "You said that you will check in."),
        ("CANNOT", "You told us that you cannot this time. That is fine."),
    ],
)
def test_a_link_that_was_used_still_tells_what_it_was_sent_for(both, clock, invoke, answer, says):
    accepted(both, now=clock.now())
    world.put_goal()
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    token = team.sent_token(messages("escalation")[0])
    about = re.findall(r'name="about" value="([^"]+)"', visit(token).text)[0]
    next_token(submit(token, action="answer", about=unescape(about), answer=answer))
    used = visit(token)
    assert used.status == 410
    assert f"You were asked to check in with Ada about their morning run. {says}" in words(used).replace("  ", " ")
    submit(team.link_to(both, now=clock.now()), action="leave")
    assert "You were asked" not in words(visit(token))
