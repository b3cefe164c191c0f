"""Pictures of every page and mail, as a phone and a window show them, light and dark: ``make pictures``.

Each is made by the functions that people meet, in a browser, of the state that they meet it in. They are committed:
whoever changes a page looks at what becomes of it.
"""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from infra.local.settings import ROOT
from shared.identity.events import AccountMailRequested, UserRegistered
from shared.kernel.categories import Channel
from shared.kernel.storage.writes import Put, commit
from shared.messaging.items import address_hash
from shared.messaging.outgoing import Outgoing
from shared.messaging.providers import ses
from shared.messaging.recipients import suppression, unsubscribe
from shared.messaging.templates.catalogue import seeded
from shared.messaging.templates.rendering import compose
from shared.payments.checkout import REF_SK, ref_pk
from shared.payments.items import ProviderRefItem
from tests import deliveries, team
from tests import escalations as world
from tests.clock import START
from tests.handlers.identity import conftest as identity
from tests.handlers.identity.conftest import mailbox, token_key
from tests.languages import english
from tests.pages.test_partner_page import ada, agree, grace, opened
from tests.simulators import conftest as simulators
from tests.simulators import test_ses, test_twilio_texts
from tests.team import added, messages
from tests.triggers import queue_event

__all__ = ["ada", "grace", "mailbox", "opened", "token_key"]

clock_file, local_aws, receiver = simulators.clock_file, simulators.local_aws, simulators.receiver
ses_process, ses_sim = simulators.ses_process, simulators.ses_sim
twilio_process, twilio_sim = simulators.twilio_process, simulators.twilio_sim
client, send, send_mail = test_twilio_texts.client, test_twilio_texts.send, test_ses.send

FOLDER = ROOT / "docs" / "pages"
WIDTHS = {"phone": 390, "window": 1280}

LONG = "Maximiliane von Hohenstein-Wittelsbach zu Musterhausen-Gera"
ARABIC = "\u0645\u062d\u0645\u062f \u0639\u0628\u062f \u0627\u0644\u0631\u062d\u0645\u0646"


@pytest.fixture
def pictured(page):
    """Take the pictures of what the browser shows, under a name."""

    def take(name: str, kinds: tuple[str, ...] = tuple(WIDTHS)) -> None:
        FOLDER.mkdir(exist_ok=True)
        for dark in (False, True):
            for kind, width in ((kind, WIDTHS[kind]) for kind in kinds):
                page.screen(width, dark=dark)
                assert page.run("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} at {width}"
                page.whole_picture(Path(FOLDER / f"{name}-{kind}-{'dark' if dark else 'light'}.png"))
        page.phone()

    return take


def test_the_question(opened, pictured):
    pictured("partner-question")
    opened.press("I agree")
    pictured("partner-question-problem", ("phone",))
    opened.press("No, thank you")
    pictured("partner-declined")


def test_the_question_to_and_of_people_with_other_names(page, site, aws, clock, pictured):
    world.put_member(name=ARABIC)
    partner = added(name=LONG, phone="+12125550177", note=f"{'W' * 40} {ARABIC}")
    page.go(f"{site.url}/v1/partner/{team.link_to(partner, now=clock.now())}")
    pictured("partner-question-long")


def test_the_question_in_spanish_and_what_follows(page, site, aws, clock, invoke, pictured):
    world.put_goal(streak=4, longest_streak=9)
    lucia = added(
        name="Lucía", language="es", email="lucia@example.com", channels=["SMS", "EMAIL"], note="Contigo todo es fácil."
    )

    def look(name: str) -> None:
        page.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        pictured(f"spanish-{name}")
        assert english(page.run("document.documentElement.outerHTML").replace(">English<", "><")) == []

    page.go(f"{site.url}/v1/partner/{team.link_to(lucia, now=clock.now())}")
    look("partner-question")
    page.choose("Mensaje de texto")
    page.press("Acepto")
    look("partner-agreed")
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    page.go(f"{site.url}/v1/partner/{team.link_to(lucia, now=clock.now())}")
    look("partner-ask")


def test_the_ask_and_what_follows(opened, grace, invoke, clock, site, pictured):
    agree(opened)
    pictured("partner-agreed")
    invoke("accountability.start_escalation", queue_event(world.miss(2)))
    link = f"{site.url}/v1/partner/{team.sent_token(messages('escalation')[0])}"
    opened.go(link)
    pictured("partner-ask")
    opened.press("I'll check in")
    pictured("partner-ask-answered")
    opened.go(link)
    pictured("partner-link-used")
    opened.go(f"{site.url}/v1/partner/{team.link_to(grace, now=clock.now())}")
    opened.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    pictured("partner-settings")
    opened.press("Leave")
    pictured("partner-left")


def test_links_that_lead_nowhere(opened, clock, site, pictured):
    clock.advance(days=75)
    opened.go(opened.run("location.href"))
    pictured("partner-link-expired")
    opened.press("Send me a new link")
    pictured("partner-link-sent")
    opened.go(f"{site.url}/p/nothing")
    pictured("partner-link-unknown")


def test_ending_mails_in_spanish(page, site, pictured):
    token = unsubscribe.token(address_hash("ann@example.com"), "partner-all-clear", "ptn_lucia")
    page.go(f"{site.url}/v1/unsubscribe/{token}?language=es")
    pictured("spanish-unsubscribe")
    page.press("Darme de baja")
    pictured("spanish-unsubscribed")


def test_ending_mails(page, site, pictured):
    token = unsubscribe.token(address_hash("ann@example.com"), "partner-all-clear")
    page.go(f"{site.url}/v1/unsubscribe/{token}")
    pictured("unsubscribe")
    page.press("Unsubscribe")
    pictured("unsubscribed")
    assert suppression.standing(address_hash("ann@example.com"))


@pytest.mark.parametrize("status", ["SUCCEEDED", "PENDING", "FAILED", "UNDER_REVIEW"])
def test_back_from_the_checkout(page, site, pictured, status):
    commit(Put(deliveries.payment("pay_1", at=START, status=status)))
    commit(Put(ProviderRefItem(pk=ref_pk("cs_1"), sk=REF_SK, payment_id="pay_1")))
    page.go(f"{site.url}/v1/payments/success?session_id=cs_1")
    pictured(f"checkout-{status.lower().replace('_', '-')}")


def test_left_the_checkout(page, site, pictured):
    page.go(f"{site.url}/v1/payments/cancelled")
    pictured("checkout-left")


def test_an_account(page, site, token_key, mailbox, clock, pictured):
    token = identity.mailed(mailbox, UserRegistered(user_id=identity.registered())).token
    page.go(f"{site.url}/v1/auth/verify?token={token}")
    pictured("account-confirm")
    page.fill("The password that you chose", "Wrong-water-7")
    page.press("Confirm my address")
    pictured("account-confirm-problem")
    page.fill("The password that you chose", identity.PASSWORD)
    page.press("Confirm my address")
    pictured("account-confirmed")
    page.go(f"{site.url}/v1/auth/verify?token=x")
    pictured("account-link-unknown")


def test_a_new_password(page, site, token_key, mailbox, clock, pictured):
    user_id = identity.confirmed(mailbox)
    token = identity.mailed(mailbox, AccountMailRequested(user_id=user_id, mail_id="mail_reset", kind="reset")).token
    page.go(f"{site.url}/v1/auth/password-reset?token={token}")
    pictured("account-reset")
    page.fill("New password", "weak")
    page.press("Set this password")
    pictured("account-reset-problem")
    page.fill("New password", "Deeper-water-8")
    page.press("Set this password")
    pictured("account-reset-done")
    page.go(f"{site.url}/v1/auth/password-reset?token={token}")
    pictured("account-reset-link-used")


PEOPLE = {
    "partner_name": "Grace",
    "user_name": "Ada",
    "goal": "morning run",
    "days": "2",
    "day": "2026-03-01",
    "ways": "SMS,EMAIL",
    "most": "6",
    "note": "You always get me going. Would you back me?",
    "balance": "12",
}
CATEGORIES = {
    "consent.request": "consent-request",
    "escalation.day-2": "partner-ask",
    "escalation.all-clear": "partner-all-clear",
    "account.verify": "account",
    "balance.low": "balance",
}


TAG = "kX2vN8qLr0tYwB5mZc7dHfJ1sPaGeU3iO9xKbT6nVhQ"
LINKS = {"account": f"/v1/auth/verify?token={TAG}", "consent-request": "/p/kX2vN8qLr0tYwB5m"}
"""Where the links of mails lead; those of every other category to the page of an ask."""


@pytest.mark.parametrize(
    ("template", "locale"), [*((one, "en") for one in CATEGORIES), ("consent.request", "es"), ("account.verify", "es")]
)
def test_a_mail(page, aws, pictured, template, locale):
    ask = "/v1/partner/ptn_" + "0" * 26 + f".3.1772366400.gol_run.2026-03-01.02.{TAG}"
    link = f"https://api.wellspring.example{LINKS.get(CATEGORIES[template], ask)}"
    words = compose(seeded()[template, locale], Channel.EMAIL, PEOPLE | {"link": link})
    category = CATEGORIES[template]
    mail = Outgoing(
        "msg_1", 1, Channel.EMAIL, "a@example.com", words, START, unsubscribe="partner.x" * 6, category=category
    )
    if category == "account":
        mail = Outgoing("msg_1", 1, Channel.EMAIL, "a@example.com", words, START, category=category)
    html = ses._request(mail)["Content"]["Simple"]["Body"]["Html"]["Data"]
    page.go(f"data:text/html;base64,{quote(base64.b64encode(html.encode()).decode())}")
    pictured(f"{'' if locale == 'en' else 'spanish-'}mail-{template.replace('.', '-')}")


def test_the_outbox(page, aws, twilio_sim, ses_sim, send, send_mail, pictured):
    def words(template: str, channel: Channel, link: str):
        return compose(seeded()[template, "en"], channel, PEOPLE | {"link": f"https://api.wellspring.example{link}"})

    asked = words("consent.request", Channel.SMS, LINKS["consent-request"])
    send(body=asked.text)
    simulators.call("POST", f"{twilio_sim.url}/_sim/reply", {"from": test_twilio_texts.ANNA, "body": "YES"})
    mail = words("escalation.day-2", Channel.EMAIL, LINKS["consent-request"])
    content = {"Subject": {"Data": mail.subject}, "Body": {"Text": {"Data": mail.text}}}
    send_mail("grace@example.com", Content={"Simple": content})
    send(body=words("escalation.all-clear", Channel.SMS, "").text)
    twilio_sim.settled()
    ses_sim.settled()
    page.go(f"{twilio_sim.url}/outbox")
    pictured("outbox")
