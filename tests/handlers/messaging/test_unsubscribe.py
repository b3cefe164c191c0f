"""Unsubscribing by a link: looking changes nothing, one click ends a kind of mails, another everything."""

from collections.abc import Callable

import pytest

from shared.kernel.categories import Channel
from shared.kernel.storage import reads
from shared.messaging.categories import CATEGORIES
from shared.messaging.items import Suppression, address_hash, address_pk, suppression_sk
from shared.messaging.recipients import suppression, unsubscribe
from tests import outbox
from tests.calls import Answer, Call
from tests.languages import english

MAIL = "ann@example.com"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture
def token() -> str:
    """The token in a mail of good news."""
    return unsubscribe.token(address_hash(MAIL), "partner-good-news")


def standing() -> set[tuple[str, str]]:
    return {(item.scope, item.reason) for item in suppression.standing(address_hash(MAIL))}


def post(call: Call, token: str, **more: object) -> Answer:
    return call("messaging.unsubscribe", path={"token": token}, **({"text": ONE_CLICK, "headers": FORM} | more))


@pytest.mark.covers("X-N-09")
def test_a_mail_client_unsubscribes_with_one_click(call: Call, token: str) -> None:
    answer = post(call, token)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert standing() == {("partner-good-news", "UNSUBSCRIBED")}
    assert post(call, token).status == 200
    assert outbox.sent("messaging", "AddressOptedOut") == []
    item = reads.get(Suppression, address_pk(MAIL), suppression_sk("partner-good-news"))
    assert item is not None


@pytest.mark.covers("X-N-09")
def test_a_mail_client_may_send_its_form_in_parts_or_nothing_at_all(call: Call, token: str) -> None:
    parts = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert post(call, token, text=None, encoded=parts, headers=kind).status == 200
    assert post(call, token, text=None, headers={}).status == 200
    assert standing() == {("partner-good-news", "UNSUBSCRIBED")}


@pytest.mark.covers("X-N-09")
def test_looking_at_the_link_changes_nothing_and_shows_both_buttons(call: Call, token: str) -> None:
    answer = call("messaging.show_unsubscribe", path={"token": token})
    assert answer.status == 200
    assert "<strong>Good news about the people you support</strong>" in answer.text
    assert "<button>Unsubscribe</button>" in answer.text
    assert '<form method="post" action="?what=EVERYTHING">' in answer.text
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert standing() == set()


@pytest.mark.covers("X-N-09", "X-A-09")
def test_everything_can_be_ended_and_is_told_to_all_who_have_the_address(
    call: Call, token: str, enlist: Callable[..., str]
) -> None:
    enlist("ada", phone=None, email=MAIL)
    answer = post(call, token, query={"what": "EVERYTHING"}, text="")
    assert "Nothing more from us comes to this address." in answer.text
    assert standing() == {("ALL", "UNSUBSCRIBED")}
    assert outbox.sent("messaging", "AddressOptedOut") == [
        {"recipient_id": "ptn_ada", "reason": "UNSUBSCRIBED", "scope": "ALL"}
    ]


@pytest.mark.covers("X-N-09")
def test_who_supports_somebody_ends_all_about_them_with_one_click(call: Call) -> None:
    token = unsubscribe.token(address_hash(MAIL), "partner-good-news", "ptn_ada")
    shown = call("messaging.show_unsubscribe", path={"token": token}).text
    assert "This ends all messages about the person who asked for your support" in shown
    assert '<form method="post" action="?what=KIND">' in shown
    assert "You get no more messages about the person" in post(call, token).text
    assert outbox.sent("messaging", "RecipientUnsubscribed") == [{"recipient_id": "ptn_ada"}]
    assert standing() == set()
    assert "none of these any more" in post(call, token, query={"what": "KIND"}).text
    assert standing() == {("partner-good-news", "UNSUBSCRIBED")}


@pytest.mark.parametrize("what", [None, "KIND", "EVERYTHING"])
def test_the_page_speaks_the_language_of_the_mail_and_goes_on_in_it(call: Call, what: str | None) -> None:
    token = unsubscribe.token(address_hash(MAIL), "partner-good-news", "ptn_ada")
    spanish = {"language": "es"}
    shown = call("messaging.show_unsubscribe", path={"token": token}, query=spanish).text
    assert "¿Quieres darte de baja?" in shown
    assert 'action="?what=KIND&amp;language=es"' in shown
    done = post(call, token, query=spanish | ({"what": what} if what else {})).text
    assert "Te diste de baja" in done
    assert english(shown) == english(done) == []
    assert 'action="?what=EVERYTHING"' in call("messaging.show_unsubscribe", path={"token": token}).text


def test_every_kind_of_mail_and_a_link_that_is_none_are_told_in_the_language_of_the_mail(call: Call) -> None:
    for category in unsubscribe.WORDS:
        token = unsubscribe.token(address_hash(MAIL), category)
        shown = call("messaging.show_unsubscribe", path={"token": token}, query={"language": "es"}).text
        assert english(shown) == []
    wrong = call("messaging.show_unsubscribe", path={"token": "x"}, query={"language": "es"})
    assert (wrong.status, english(wrong.text)) == (404, [])
    other = call("messaging.show_unsubscribe", path={"token": token}, query={"language": '"><b>'})
    assert (other.status, '<html lang="en">' in other.text, "<b>" in other.text) == (200, True, False)


def test_a_mail_about_nobody_else_ends_nobody(call: Call, token: str) -> None:
    assert post(call, token, query={"what": "PERSON"}).status == 404
    assert unsubscribe.token(address_hash(MAIL), "progress", "usr_ada") == unsubscribe.token(
        address_hash(MAIL), "progress"
    )
    stolen = unsubscribe.token(address_hash(MAIL), "partner-ask", "ptn_ada").replace("ptn_ada", "ptn_bob")
    assert post(call, stolen).status == 404


def test_a_link_that_is_not_ours_shows_nothing_and_changes_nothing(call: Call, token: str) -> None:
    category, hashed, tag = token.split(".")
    for wrong in (
        token[:-1],
        f"partner-ask.{hashed}.{tag}",
        f"{category}.{'0' * 64}.{tag}",
        f"{category}.{hashed}.{tag[::-1]}",
        f"{category}.{hashed}",
        f"{category}.{hashed}.{tag}.x",
        f"unknown.{hashed}.{tag}",
        "x",
        "\u00e9.\u00e9.\u00e9",
    ):
        for named in ("messaging.show_unsubscribe", "messaging.unsubscribe"):
            answer = call(named, path={"token": wrong})
            assert (answer.status, "not complete" in answer.text) == (404, True)
    assert standing() == set()


def test_other_bodies_are_refused(call: Call, token: str) -> None:
    assert post(call, token, text="{}", headers={"content-type": "application/json"}).status == 415
    assert post(call, token, query={"what": "perhaps"}).status == 400
    assert standing() == set()


def test_every_kind_of_mail_that_can_be_ended_has_words() -> None:
    ended = {name for name, kind in CATEGORIES.items() if kind.one_click and Channel.EMAIL in kind.channels}
    assert ended == unsubscribe.WORDS.keys()
