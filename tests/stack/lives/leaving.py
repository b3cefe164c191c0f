"""How people leave, come back, are not who we think, and answer on their page."""

import requests

from infra.local.client import TIMEOUT_SECONDS, demo_user
from infra.local.journeys.pages import fields_of, landing, link_in, submit
from tests.stack.lives.texts import (
    AGREED,
    ASKED,
    CANNOT,
    CHECK_IN,
    LEFT,
    MISSED,
    NOT_NEEDED,
    STARTED,
    STOPPED,
    STOPPED_ALL,
    SUPPORTS,
    said,
)
from tests.stack.village import NEW_YORK, SOON, Moments, Person, User, Village, plain


def _page(address: str) -> str:
    answer = requests.get(address, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 200, answer.text
    return answer.text


def _agrees_on_the_page(person: Person) -> None:
    address = landing(person.link("/p/"))
    answer = submit(address, fields_of(_page(address), "accept") | {"first": "EMAIL"})
    assert "You are part of the team now" in answer.text


def _got_mail(person: Person, *subjects: str) -> None:
    assert [one["subject"] for one in person.got] == list(subjects)


def _has_left(user: User, person: Person) -> None:
    assert user.sees(person)["status"] == "LEFT"
    assert user.notices() == [LEFT.format(partner=person.name), SUPPORTS.format(partner=person.name)]
    about = [one for one in user.timeline() if person.name in one]
    assert about[0] == f"{person.name} wants no messages about you any more."


def a_colleague_unsubscribes_from_a_mail(village: Village) -> Moments:
    """They press the button behind the link in a mail: everything about that user is over, and the user is told."""
    mia, colleague = village.user("Mia"), village.person("Nick", "nick-{tail}@partners.example")
    mia.asks(colleague, relationship="coworker", zone=NEW_YORK)
    yield SOON
    _agrees_on_the_page(colleague)
    yield village.at(2, 8, 30)
    _got_mail(colleague, "Mia would like your support", "Mia missed a day")
    link = colleague.link("/unsubscribe/")
    assert "This ends all messages about the person who asked for your support" in _page(link)
    assert mia.sees(colleague)["status"] == "ACTIVE"
    assert "You get no more messages about the person who asked for your support." in submit(link, {}).text
    yield SOON
    _has_left(mia, colleague)
    yield village.at(3, 20)
    yield village.at(7, 20)
    _got_mail(colleague, "Mia would like your support", "Mia missed a day")


def a_mail_client_unsubscribes_with_one_click(village: Village) -> Moments:
    """The button that a mail client shows does the same."""
    ned, friend = village.user("Ned"), village.person("Olga", "olga-{tail}@partners.example")
    ned.asks(friend, zone=NEW_YORK)
    yield SOON
    _agrees_on_the_page(friend)
    yield village.at(2, 8, 30)
    headers = {one["name"].lower(): one["value"] for one in friend.got[-1]["headers"]}
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    address = headers["list-unsubscribe"].partition("<")[2].partition(">")[0]
    clicked = requests.post(address, data={"List-Unsubscribe": "One-Click"}, timeout=TIMEOUT_SECONDS)
    assert clicked.status_code == 200
    yield SOON
    _has_left(ned, friend)
    yield village.at(7, 20)
    _got_mail(friend, "Ned would like your support", "Ned missed a day")


def a_neighbour_has_the_wrong_number(village: Village) -> Moments:
    """Whoever has the number is left alone for good, and the user is told what is the matter."""
    oli, neighbour = village.user("Oli"), village.person("Pat")
    oli.asks(neighbour)
    yield SOON
    neighbour.writes("Sorry, wrong number")
    yield SOON
    assert oli.sees(neighbour)["status"] == "INVALID"
    told = (
        "Whoever has the number that you gave us for Pat says that it is the wrong one. We do not write to it any "
        "more. Please ask Pat for the right number, and add them again with it."
    )
    assert oli.notices() == [told]
    noted = "Whoever has the number of Pat says that it is the wrong one."
    assert oli.timeline() == [noted, "Pat was asked whether they back you."]
    yield village.at(3, 20)
    yield village.at(15, 20)
    assert plain(neighbour.words()) == said(ASKED, user="Oli", partner="Pat")


def a_friend_stops_and_starts_weeks_later(village: Village) -> Moments:
    """STOP ends everything at once, START takes it back: the user hears of both."""
    pia, friend = village.user("Pia"), village.person("Quin")
    pia.asks(friend)
    yield SOON
    friend.writes("Sure, happy to")
    yield SOON
    friend.writes("STOP")
    yield SOON
    assert pia.sees(friend)["status"] == "OPTED_OUT"
    assert pia.notices() == [STOPPED_ALL.format(partner="Quin"), SUPPORTS.format(partner="Quin")]
    yield village.at(3, 20)
    yield village.at(21, 10)
    assert plain(friend.words()) == said(ASKED, AGREED, STOPPED, user="Pia", partner="Quin")
    friend.writes("START")
    yield SOON
    assert plain(friend.words()) == said(ASKED, AGREED, STOPPED, STARTED, user="Pia", partner="Quin")
    assert pia.sees(friend)["status"] == "ACTIVE"
    back = "Quin wants to hear from us again, and is back on your support team."
    assert next(one for one in pia.notices() if "Quin" in one) == back
    assert pia.timeline()[0] == "Quin is back on your support team."


def a_yes_that_came_while_removed_counts(village: Village) -> Moments:
    """The user takes a friend out and thinks again; the yes of meanwhile stands, and nobody asks twice."""
    quentin, friend = village.user("Quentin"), village.person("Rita")
    quentin.asks(friend)
    yield SOON
    quentin.call("DELETE", f"/v1/support-team/{friend.id}")
    friend.writes("YES")
    yield SOON
    assert plain(friend.words()) == said(ASKED, NOT_NEEDED, user="Quentin", partner="Rita")
    assert quentin.sees(friend)["status"] == "REMOVED"
    quentin.call("POST", f"/v1/support-team/{friend.id}/restore")
    assert quentin.sees(friend)["status"] == "ACTIVE"
    yield village.at(2, 8, 30)
    assert plain(friend.words()) == said(ASKED, NOT_NEEDED, MISSED, user="Quentin", partner="Rita")
    assert quentin.timeline() == [
        "Rita was told that you missed a day.",
        "Rita said yes while they were not on your team. They wrote: “YES”",
        "Rita was asked whether they back you.",
    ]


def the_same_number_twice(village: Village) -> Moments:
    """Whoever names a number again is told what to do instead; its owner gets one request."""
    rosa, friend = village.user("Rosa"), village.person("Sven")
    rosa.asks(friend)
    digits = friend.address[2:]
    again = {
        "name": "Sven again",
        "relationship": "friend",
        "phone": f"+1 ({digits[:3]}) {digits[3:6]}-{digits[6:]}",
        "channels": ["SMS"],
    }
    refused = rosa.call("POST", "/v1/support-team", again, status=409)
    assert refused.code == "PARTNER_EXISTS"
    told = "You have a partner with this number or address already: change or restore them instead."
    assert refused.body["error"]["message"] == told
    rosa.call("DELETE", f"/v1/support-team/{friend.id}")
    refused = rosa.call("POST", "/v1/support-team", again, status=409)
    told = "They were asked less than 30 days ago. If you removed them, restore them."
    assert refused.body["error"]["message"] == told
    rosa.call("POST", f"/v1/support-team/{friend.id}/restore")
    yield SOON
    assert plain(friend.words()) == said(ASKED, user="Rosa", partner="Sven")
    assert [one["name"] for one in rosa.call("GET", "/v1/support-team").data] == ["Sven"]


def a_partner_answers_on_the_page(village: Village) -> Moments:
    """The link of the ask opens that ask; once it is answered there is nothing more to answer."""
    sam, friend = village.user("Sam"), village.person("Tess", "tess-{tail}@partners.example")
    sam.asks(friend, zone=NEW_YORK)
    yield SOON
    _agrees_on_the_page(friend)
    yield village.at(2, 8, 30)
    yield village.at(3, 8, 30)
    assert friend.got[-1]["subject"] == "Could you check in with Sam?"
    address = landing(link_in(friend.got[-1]["words"]))
    page = _page(address)
    assert "Can you check in with Sam?" in page
    assert page.count('name="about"') == 1
    answered = submit(address, fields_of(page, "answer") | {"answer": "DONE"})
    assert answered.status_code == 200
    assert "Can you check in with Sam?" not in answered.text
    assert 'name="about"' not in answered.text
    assert "When they miss days or succeed, we write to you; until then there is nothing to do." in answered.text
    used = requests.get(address, timeout=TIMEOUT_SECONDS)
    assert "You were asked to check in with Sam about their Morning run." in used.text
    assert "You told us that you checked in. Thank you." in used.text
    yield SOON
    assert sam.contacts()[0]["responseReceived"] == "DONE"
    yield village.at(3, 20)
    _got_mail(friend, "Sam would like your support", "Sam missed a day", "Could you check in with Sam?")
    assert sam.timeline() == [
        "Tess has checked in with you.",
        "Tess was asked to check in with you: you missed 2 days.",
        "Tess was told that you missed a day.",
        "Tess said yes: they back you now.",
        "Tess was asked whether they back you.",
    ]


def a_brother_cannot_and_a_roommate_is_asked(village: Village) -> Moments:
    """Whoever cannot today says so and is thanked; somebody else is asked instead, once."""
    tom, people = village.user("Tom"), [village.person("Uri"), village.person("Vera")]
    tom.asks(*people)
    yield SOON
    for person in people:
        person.writes("of course")
    yield village.at(2, 8, 30)
    yield village.at(3, 8, 30)
    first, second = sorted(people, key=lambda one: len(one.got), reverse=True)
    assert plain(first.words()) == said(ASKED, AGREED, MISSED, CHECK_IN, user="Tom", partner=first.name)
    assert plain(second.words()) == said(ASKED, AGREED, MISSED, user="Tom", partner=second.name)
    first.writes("Sorry, can't today")
    yield SOON
    yield village.at(3, 20)
    assert plain(first.words()) == said(ASKED, AGREED, MISSED, CHECK_IN, CANNOT, user="Tom", partner=first.name)
    assert plain(second.words()) == said(ASKED, AGREED, MISSED, CHECK_IN, user="Tom", partner=second.name)
    assert tom.timeline()[:3] == [
        f"{second.name} was asked to check in with you: you missed 2 days.",
        f"{first.name} cannot check in with you this time. They wrote: “Sorry, can't today”",
        f"{first.name} was asked to check in with you: you missed 2 days.",
    ]


def a_stranger_asks_in_spanish_to_be_left_alone(village: Village) -> Moments:
    """Own words that may end it hold everything at once; staff read them, and nothing more goes out."""
    una, stranger, admin = village.user("Una"), village.person("Wendy"), demo_user(village.stack, "admin")
    una.asks(stranger, language="es")
    yield SOON
    stranger.writes("Por favor no me escriban más")
    yield SOON
    found = admin.call("GET", "/v1/admin/reviews", api="adminApi", limit=50).data
    (mine,) = [one for one in found if stranger.id in one["recipientIds"]]
    assert (mine["kind"], mine["text"]) == ("REVOKES", "Por favor no me escriban más")
    yield village.at(3, 20)
    decision = {"decision": "SUPPRESS", "note": "She asks not to be written to."}
    assert admin.call("POST", f"/v1/admin/reviews/{mine['id']}/decide", decision, api="adminApi").status == 200
    yield SOON
    assert una.sees(stranger)["status"] == "OPTED_OUT"
    yield village.at(15, 20)
    assert len(stranger.got) == 1
    about = [one for one in una.timeline() if "Wendy" in one]
    assert about == ["Wendy stopped our messages.", "Wendy was asked whether they back you."]
    assert [one for one in una.notices() if "Wendy" in one] == [STOPPED_ALL.format(partner="Wendy")]


LIVES = {
    "a colleague unsubscribes from a mail": a_colleague_unsubscribes_from_a_mail,
    "a mail client unsubscribes with one click": a_mail_client_unsubscribes_with_one_click,
    "a neighbour has the wrong number": a_neighbour_has_the_wrong_number,
    "a friend stops and starts weeks later": a_friend_stops_and_starts_weeks_later,
    "a yes that came while removed counts": a_yes_that_came_while_removed_counts,
    "the same number twice": the_same_number_twice,
    "a partner answers on the page": a_partner_answers_on_the_page,
    "a brother cannot and a roommate is asked": a_brother_cannot_and_a_roommate_is_asked,
    "a stranger asks in Spanish to be left alone": a_stranger_asks_in_spanish_to_be_left_alone,
}
