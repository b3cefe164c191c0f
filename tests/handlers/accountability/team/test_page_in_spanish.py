"""The partner's page for who reads Spanish: every state of it whole, what is agreed to kept as it was read."""

import pytest

from shared.accountability.team import consents
from shared.accountability.team.people import entry_of
from shared.kernel.storage.writes import Put, commit
from shared.kernel.text import speech
from shared.messaging import Channel, render
from shared.messaging.events import ReplyReceived
from shared.messaging.message_items import REPLY_PREFIX, Attempt, Reply, message_pk
from shared.messaging.templates.variables import given
from tests import escalations as world
from tests import team
from tests.clock import START
from tests.languages import english
from tests.team import (
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

SPANISH = {"accept-language": "es-MX,es;q=0.9,en;q=0.5"}


@pytest.fixture(autouse=True)
def ada(aws):
    """The user, as partners know her."""
    world.put_member()


@pytest.fixture
def lucia():
    """A partner for whom the user chose Spanish."""
    return added(name="Lucía", language="es", email="lucia@example.com", channels=["SMS", "EMAIL"], note="¿Me apoyas?")


def whole(page):
    """Return what a page says, once nothing of it is English."""
    assert '<html lang="es">' in page.text
    # The names of languages are each in its own.
    assert english(page.text.replace(">English<", "><")) == []
    return words(page)


def locale(partner_id):
    return entry_of(partner_id).locale


def test_the_question_is_asked_in_the_language_that_the_user_chose(lucia):
    page = visit(team.sent_token(messages()[0]))
    said = whole(page)
    assert "Ada te pide apoyo" in said
    assert "Hola, Lucía. Ada lleva sus metas diarias con Dataday" in said
    assert "respondiendo STOP" in said
    assert "Para <bdi>Lucía</bdi>" in page.text
    assert consents.page_words(entry_of(lucia), "Ada").text in said


def test_consent_is_kept_with_the_version_of_the_spanish_words(lucia, clock):
    entry = entry_of(lucia)
    accepted(lucia, now=clock.now())
    (agreed,) = [one for one in evidence(lucia) if one["method"] == "WEB_PAGE"]
    spanish = consents.page_words(entry, "Ada")
    assert agreed["text_version"] == spanish.version == "partner.page/es/2"
    assert agreed["text_hash"] == spanish.hash
    assert spanish.text.startswith("Acepto que Dataday me contacte sobre las metas de Ada")


def test_consent_by_text_is_kept_with_the_version_of_the_spanish_request_and_switches_nobody(lucia, invoke, clock):
    grace = added("english", phone="+12125550199")
    for partner_id, version in ((lucia, "consent.request/es/1"), (grace, "consent.request/en/1")):
        (asked,) = [one for one in messages("consent") if one["recipient_id"] == partner_id]
        variables = given(asked["variables"])
        words_ = render(asked["template"], locale(partner_id), Channel.SMS, variables, first_text=True, now=clock.now())
        commit(Put(_sent(asked["message_id"], words_)))
        yes = ReplyReceived(
            recipient_id=partner_id,
            message_id=asked["message_id"],
            about=f"invitation:{partner_id}",
            answer="YES",
            reply_id=f"SM{partner_id}",
        )
        written = Reply(
            pk=message_pk(asked["message_id"]),
            sk=f"{REPLY_PREFIX}{yes.reply_id}",
            text="Sí, claro",
            version="answers/en.1+es.1",
            at=clock.now(),
            expires_at=clock.now(),
        )
        commit(Put(written))
        before = locale(partner_id)
        invoke("accountability.follow_partner", queue_event(yes))
        agreed = evidence(partner_id)[-1]
        assert (agreed["kind"], agreed["text_version"], agreed["reply"]) == ("GIVEN", version, "Sí, claro")
        assert agreed["text_hash"] == consents.hash_of(words_.text)
        assert locale(partner_id) == before


def _sent(message_id, said):
    return Attempt(
        pk=message_pk(message_id),
        sk="ATTEMPT#001",
        message_id=message_id,
        attempt=1,
        channel="SMS",
        address="hash",
        state="SENT",
        text=said.text,
        reference=said.reference,
        claimed_at=START,
        expires_at=START,
    )


def test_spanish_words_keep_their_version_until_they_change():
    told = {version: consents.hash_of(text)[:4] for version, text in map(_spanish, ("page", "mail"))}
    assert told == {"partner.page/es/2": "a920", "partner.page-mail/es/2": "6381"}


def _spanish(name):
    found = speech.consent("es", name)
    assert found
    return found


def test_who_has_no_phone_agrees_to_mail_in_spanish(clock):
    ana = added("ana", phone=None, email="ana@example.com", language="es")
    assert "con el enlace al final de cada correo" in whole(visit(link_to(ana, now=clock.now())))
    accepted(ana, now=clock.now(), first="EMAIL")
    assert evidence(ana)[-1]["text_version"] == "partner.page-mail/es/2"


def test_every_state_of_the_page_is_whole(lucia, clock):
    first = link_to(lucia, now=clock.now())
    refused = submit(first, action="accept", statement=statement_on(visit(first)))
    assert "Elige al menos una forma de contactarte." in whole(refused)
    declined = submit(first, action="decline")
    assert "Dijiste que no" in whole(visit(next_token(declined), "declined"))
    assert "Este enlace ya se usó" in whole(visit(first))
    again = visit(next_token(declined), "again")
    assert "Acepto" in whole(again)

    agreed = submit(next_token(declined), action="accept", statement=statement_on(again), first="SMS")
    token = next_token(agreed)
    said = whole(visit(token, "accepted"))
    assert "¡Gracias! Ya eres parte del equipo." in said
    assert "Apoyas a Ada desde el 1 de marzo de 2026." in said
    assert "al número que termina en 0123, correos a l…@example.com." in said

    resting = next_token(submit(token, action="rest", until=(clock.now().date().replace(day=20)).isoformat()))
    assert "Descansas hasta el 20 de marzo de 2026 inclusive." in whole(visit(resting, "resting"))
    left = next_token(submit(resting, action="leave"))
    assert "Dejaste el equipo" in whole(visit(left, "left"))
    clock.advance(days=15)
    assert "Este enlace ya no sirve" in whole(visit(left))


def test_an_ask_is_whole_and_a_private_goal_is_called_so_in_spanish(lucia, invoke, clock):
    world.put_goal(streak=4, longest_streak=9)
    team.call("accountability.change_partner", path={"partner_id": lucia}, body={"privacy": "NEUTRAL"}, caller=USER)
    accepted(lucia, now=clock.now())
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    said = whole(visit(link_to(lucia, now=clock.now())))
    assert "¿Puedes hablar con Ada?" in said
    assert "Meta: 2 días sin registro." in said
    answered = submit(link_to(lucia, now=clock.now()), action="answer", about=_about(lucia, clock), answer="ACCEPTED")
    assert "¿Cómo te fue con Ada?" in whole(visit(next_token(answered), "answered"))


def _about(partner_id, clock):
    page = visit(link_to(partner_id, now=clock.now())).text
    return page.partition('name="about" value="')[2].partition('"')[0]


def test_progress_is_told_in_spanish(lucia, clock):
    world.put_goal(streak=4, longest_streak=9)
    team.call("accountability.change_partner", path={"partner_id": lucia}, body={"privacy": "FULL"}, caller=USER)
    accepted(lucia, now=clock.now())
    assert "4 días seguidos, mejor racha: 9" in words(visit(link_to(lucia, now=clock.now())))


def test_progress_that_is_not_shared_is_said_to_be_so_in_spanish(lucia, clock):
    world.put_goal(streak=4, longest_streak=9)
    team.call("accountability.change_partner", path={"partner_id": lucia}, body={"privacy": "TITLE"}, caller=USER)
    accepted(lucia, now=clock.now())
    assert "no se comparte contigo cómo va" in whole(visit(link_to(lucia, now=clock.now())))


def test_the_partner_chooses_the_language_on_their_page(clock):
    grace = added()
    token = accepted(grace, now=clock.now())
    page = visit(token)
    assert '<option value="en" selected>English</option>' in page.text
    assert '<option value="es">Español</option>' in page.text
    saved = submit(token, action="save", statement=statement_on(page), first="SMS", language="es")
    assert "Tus ajustes están guardados." in whole(visit(next_token(saved), "saved"))
    assert locale(grace) == "es"
    # They agreed to what they read then.
    assert evidence(grace)[-1]["text_version"] == consents.PAGE_VERSION


def test_a_countrys_way_of_speaking_stays_where_no_other_language_was_chosen(clock):
    ana = added("mx", language="es-MX")
    page = visit(link_to(ana, now=clock.now()))
    assert '<option value="es" selected>Español</option>' in page.text
    accepted(ana, now=clock.now(), language="es")
    assert locale(ana) == "es-MX"


def test_nobody_is_switched_by_a_guess(clock):
    rosa = added("Puerto Rico", phone="+17872345678")
    assert locale(rosa) == "en"
    assert (
        '<html lang="en">'
        in team.call(
            "accountability.show_partner_page", path={"token": link_to(rosa, now=clock.now())}, headers=SPANISH
        ).text
    )


@pytest.mark.parametrize("language", ["fr", "de-AT", "ES", "es-mx", "es-", "zz"])
def test_a_language_that_is_not_whole_is_not_offered(language):
    answer = team.call("accountability.add_partner", body=team.GRACE | {"language": language}, caller=USER, key="x")
    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "language")


def test_the_user_may_change_the_language_of_somebody_they_invited():
    grace = added()
    answer = team.call(
        "accountability.change_partner", path={"partner_id": grace}, body={"language": "es"}, caller=USER
    )
    assert answer.data["language"] == "es"
    assert stored(grace).status == "INVITED"


def test_a_link_that_leads_nowhere_speaks_the_browsers_language():
    for name, path in (("show_partner_page", {"token": "x"}), ("follow_short_link", {"code": "x"})):
        page = team.call(f"accountability.{name}", path=path, headers=SPANISH)
        assert page.status == 404
        assert "Esta página no existe" in whole(page)
