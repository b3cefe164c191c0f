"""The partner's page as a person meets it: on a phone, by touch, in the dark, with a screen reader."""

from itertools import pairwise

import pytest

from shared.messaging.templates.variables import given
from tests import escalations as world
from tests import team
from tests.pages import seeing
from tests.team import added, link_to, messages, stored
from tests.triggers import queue_event


@pytest.fixture(autouse=True)
def ada(aws):
    world.put_member()
    world.put_goal(streak=4, longest_streak=9)


@pytest.fixture
def grace(aws):
    return added(
        email="grace@example.com", channels=["SMS", "EMAIL"], note="You always get me <i>going</i>. Would you back me?"
    )


@pytest.fixture
def opened(page, site, clock, grace):
    """The page behind the link that Grace was sent."""
    page.go(f"{site.url}/p/{given(messages()[0]['variables'])['link'].rpartition('/')[2]}")
    return page


def agree(page):
    """Agree to texts, as a person does."""
    page.choose("Text message")
    page.press("I agree")


@pytest.mark.covers("S-A-40", "S-A-42", "X-A-02")
def test_agreeing_from_the_link_in_the_text(opened, grace, site):
    assert "Ada asks for your support" in opened.text
    assert "You always get me <i>going</i>." in opened.text
    opened.choose("E-mail")
    opened.choose("Text message")
    opened.choose("A recorded call with each text")
    opened.fill("From", "10:00")
    opened.fill("Until", "18:30")
    opened.press("I agree")
    assert "Thank you. You are part of the team now." in opened.text
    assert opened.run("document.getElementById('first').value") == "SMS"
    assert opened.run("document.getElementById('begin').value") == "10:00"
    (known,) = team.rows("messaging", f"RECIPIENT#{grace}", "RECIPIENT")
    assert ([one["S"] for one in known["channels"]], known["voicemail"]) == (["SMS", "EMAIL"], True)
    assert stored(grace).status == "ACTIVE"
    assert [asked.split(" ")[0] + asked[-4:] for asked in site.asked] == ["GET 303", "GET 200", "POST 303", "GET 200"]


def test_loading_the_page_anew_after_a_button_is_fine(opened, grace):
    opened.press("No, thank you")
    opened.go(opened.run("location.href"))
    assert "You said no" in opened.text
    assert "I agree" not in opened.text
    opened.follow("I changed my mind")
    assert "I agree" in opened.text
    assert stored(grace).generation == 1


def test_going_back_and_pressing_again_tells_that_the_link_was_used(opened, grace, site):
    first = opened.run("location.href")
    opened.press("No, thank you")
    opened.go(first)
    assert "This link was used already" in opened.text
    assert opened.run("document.querySelectorAll('button').length") == 0
    assert stored(grace).status == "DECLINED"


@pytest.mark.covers("X-A-25")
def test_an_old_link_sends_a_new_one(opened, grace, clock, site):
    clock.advance(days=75)
    opened.go(opened.run("location.href"))
    opened.press("Send me a new link")
    assert "A new link is on its way" in opened.text
    opened.go(f"{site.url}/v1/partner/{team.sent_token(messages('partner.new-link')[0])}")
    assert "Ada asks for your support" in opened.text


@pytest.mark.covers("X-A-13", "S-A-38", "S-A-40", "X-A-25")
def test_a_partners_life_on_one_page(opened, grace, clock, invoke, site):
    agree(opened)
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    opened.go(opened.run("location.href"))
    assert "Morning run: no log for 2 days" in opened.text
    opened.press("I'll check in")
    assert "Your answer is noted." in opened.text
    assert world.contacts()[0].response == "ACCEPTED"
    opened.choose("Tell me of successes", checked=False)
    opened.press("Save")
    assert stored(grace).milestones is False
    opened.fill("Last day of your rest", "2026-03-08")
    opened.press("Rest")
    assert "You rest through" in opened.text
    opened.press("Go on now")
    assert "Welcome back." in opened.text
    opened.press("Leave")
    assert "You left the team" in opened.text
    assert stored(grace).status == "LEFT"


def test_what_cannot_be_is_told_first_and_in_the_title(opened):
    opened.choose("Text message")
    opened.fill("From", "22:00")
    opened.fill("Until", "23:00")
    opened.press("I agree")
    assert ("alert", "") in [(role, "") for role, _ in opened.nodes() if role == "alert"]
    assert "Choose at least two hours between 9:00 and 20:00" in opened.text
    assert opened.run("document.title").startswith("Please look again:")


def test_nothing_is_ticked_in_advance_and_each_way_says_where_to(opened):
    assert opened.run("[...document.querySelectorAll('input[type=checkbox]')].filter(one => one.checked).length") == 0
    assert opened.run("document.querySelectorAll('select:not([name=language])').length") == 0
    for told in ("to the number that ends in 0123", "to g…@example.com", "Phone call with a recorded voice"):
        assert told in opened.text
    assert "2125550123" not in opened.text
    opened.press("I agree")
    assert "Choose at least one way to reach you." in opened.text


def test_the_link_of_an_ask_shows_what_it_asked_also_when_that_is_over(opened, grace, invoke, site):
    agree(opened)
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    link = f"{site.url}/v1/partner/{team.sent_token(messages('escalation')[0])}"
    opened.go(link)
    assert opened.run("document.querySelector('h1').innerText") == "Can you check in with Ada?"
    assert opened.run("document.querySelector('main button').innerText") == "I'll check in"
    world.put_goal(streak=1, longest_streak=9)
    opened.go(link)
    assert opened.run("document.querySelector('h1').innerText") == "You need not do anything now"
    assert "You were asked to check in with Ada about their morning run." in opened.text


STATES = ["asked", "agreed", "resting", "expired", "no such page"]


@pytest.fixture(params=STATES)
def state(request, opened, clock, invoke, site):
    """The page in one of its states."""
    if request.param in {"agreed", "resting"}:
        agree(opened)
        invoke("accountability.start_escalation", queue_event(world.miss(2)))
        opened.go(opened.run("location.href"))
    if request.param == "resting":
        opened.fill("Last day of your rest", "2026-03-08")
        opened.press("Rest")
    if request.param == "expired":
        clock.advance(days=75)
        opened.go(opened.run("location.href"))
    if request.param == "no such page":
        opened.go(f"{site.url}/v1/partner/x")
    return opened


def test_a_screen_reader_is_given_a_name_for_everything(state):
    nodes = state.nodes()
    roles = [role for role, _ in nodes]
    assert state.run("document.documentElement.lang") == "en"
    assert roles.count("main") == 1
    assert [role for role, name in nodes if role in seeing.CONTROLS and not name.strip()] == []
    assert state.run("document.querySelectorAll('fieldset:not(:has(> legend))').length") == 0
    levels = seeing.heading_levels(state)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert state.run("document.querySelectorAll('[id]').length") == state.run(
        "new Set([...document.querySelectorAll('[id]')].map(one => one.id)).size"
    )


def test_the_keyboard_reaches_every_control_in_the_order_of_the_page(state):
    assert seeing.keyboard_order(state) == seeing.page_order(state)


@pytest.mark.parametrize("dark", [False, True])
def test_everything_can_be_read_touched_and_fits_a_phone(state, dark):
    state.phone(dark=dark)
    seeing.open_everything(state)
    assert seeing.too_faint(state) == []
    assert seeing.too_small(state) == []
    for width in (320, 390):
        state.phone(dark=dark, width=width)
        assert state.run("document.documentElement.scrollWidth <= window.innerWidth")


def test_lines_are_short_enough_to_read(state):
    state.screen(1280)
    seeing.open_everything(state)
    assert seeing.longest_line(state) <= 62


def test_without_scripts_and_from_nowhere_else(state, site):
    assert state.run("document.scripts.length") == 0
    assert state.run("performance.getEntriesByType('resource').map(one => one.name)") == []


def test_a_stranger_who_guesses_learns_nothing(page, site, grace, clock):
    token = link_to(grace, now=clock.now())
    page.go(f"{site.url}/v1/partner/{token[:-3]}xyz")
    assert "There is no such page" in page.text
    assert "Ada" not in page.text
