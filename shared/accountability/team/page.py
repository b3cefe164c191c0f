"""What the partner's page shows: no account needed, a link is enough (S-A-38, S-A-40, X-A-25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import messaging
from shared.accountability.team import asks, consents, links, people, rules
from shared.accountability.team.errors import LinkExpired
from shared.accountability.team.items import Partner
from shared.accountability.team.links import Use
from shared.accountability.team.page_form import offered
from shared.accountability.team.rules import PartnerStatus
from shared.kernel.brands import Product, brand
from shared.kernel.errors import NotFound
from shared.kernel.pages import page, render
from shared.kernel.text.links import unlinked
from shared.kernel.wire import Raw
from shared.kernel.zones import local_time
from shared.messaging import Channel, Recipient

TEMPLATE = "accountability/team/templates/partner.html"

NAMES = {
    Channel.SMS: "text message",
    Channel.WHATSAPP: "WhatsApp",
    Channel.EMAIL: "e-mail",
    Channel.VOICE: "phone call (recorded voice)",
}

LANGUAGES = {"de": "Deutsch", "en": "English", "es": "Español", "fr": "Français"}

DONE = {
    "accepted": "Thank you. You are part of the team now.",
    "declined": "That is fine. Nothing more comes to you.",
    "saved": "Your settings are saved.",
    "resting": "Rest well. Nothing comes to you until then.",
    "resumed": "Welcome back.",
    "left": "You left. Nothing more comes to you.",
    "answered": "Thank you. Your answer is noted.",
    "link-sent": "A new link is on its way, to the number or address that we have of you.",
}
"""What a page says first after each deed, by the ``done`` of its address."""

_OVER: Mapping[str, tuple[str, ...]] = {
    PartnerStatus.OPTED_OUT: (
        "You stopped all of our messages, and nothing comes to you.",
        "If you want them again, {again}.",
    ),
    PartnerStatus.INVALID: ("Our messages do not arrive at the address we have of you, so nothing comes to you.",),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looks at a page, and at whose."""

    partner: Partner
    entry: Recipient
    user_name: str


def seen(partner: Partner) -> Seen:
    """Return what every page of a partner needs. Two or three reads."""
    return Seen(partner, people.entry_of(partner.partner_id), people.name_of(partner.user_id))


def show(given: str, done: str, *, now: datetime) -> Raw:
    """Show the page that a link leads to; looking at it uses nothing up."""
    try:
        opened = links.opened(given, now=now)
    except NotFound:
        return unknown()
    if opened.use is not Use.GOOD:
        return over(opened.partner, done=DONE.get(done, ""))
    return shown(seen(opened.partner), done=DONE.get(done, ""), now=now)


def unknown() -> Raw:
    """Return the page of a link that is not one of ours."""
    return page(
        "There is no such page",
        "Please check that the link was copied as a whole.",
        state="failed",
        product=Product.GOALS,
        status=NotFound.status,
    )


def over(partner: Partner, *, done: str = "", problem: str = "", status: int = LinkExpired.status) -> Raw:
    """Return the page of a link that was used or is too old; whoever still takes part may have a new one."""
    renewable = partner.status in rules.STANDING and not done
    sentences = ["It was used already, or is older than two weeks. If you just pressed a button, that was done."]
    if renewable:
        sentences.append("We can send you a new one, to the number or address that we have of you.")
    return render(
        TEMPLATE,
        status=status,
        forms=True,
        product=Product.GOALS,
        whom=partner.name,
        heading="This link has expired",
        state="over",
        sentences=sentences,
        renewable=renewable,
        problem=problem,
        done=done,
    )


def shown(who: Seen, *, done: str = "", problem: str = "", status: int = 200, now: datetime) -> Raw:
    """Return a partner's page as things stand."""
    partner = who.partner
    standing = rules.standing(partner.status, partner.paused_until, now=now)
    common: dict[str, Any] = {
        "product": Product.GOALS,
        "whom": partner.name,
        "done": done,
        "problem": problem,
        "user_name": who.user_name,
        "partner_name": unlinked(partner.name),
    }
    if standing in rules.CONSENTING:
        more = _agreed(who, now=now)
    elif standing in rules.MAY_ACCEPT:
        note = unlinked(partner.note or "")
        more = {"heading": f"{who.user_name} asks for your support", "state": "asked", "note": note}
    else:
        told = _OVER.get(standing, ("You are not part of this team any more, and nothing comes to you.",))
        mail = f"write to {brand(Product.GOALS).contact}"
        again = "text START to the number they came from" if who.entry.phone else mail
        sentences = [sentence.format(again=again) for sentence in told]
        more = {"heading": "Nothing comes to you", "state": "over", "sentences": sentences, "renewable": False}
    return render(TEMPLATE, status=status, forms=True, **common, **_settings(who), **more)


def _settings(who: Seen) -> dict[str, Any]:
    entry, statement = who.entry, consents.page_words(who.entry, who.user_name)
    ways = offered(entry)
    known = [channel for channel in entry.channels or () if channel in ways]
    languages = {code: LANGUAGES.get(code, code) for code in sorted({*messaging.languages(), entry.locale})}
    return {
        "offered": ways,
        "names": NAMES,
        "chosen": [*known, "", "", ""][:3],
        "voicemail": bool(entry.voicemail),
        "begin": _clock(entry.from_minute),
        "end": _clock(entry.to_minute),
        "language": entry.locale,
        "languages": list(languages.items()),
        "statement": statement.text,
        "statement_hash": statement.hash,
        "ending": "replying STOP" if entry.phone else "the link at the end of every mail",
    }


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _agreed(who: Seen, *, now: datetime) -> dict[str, Any]:
    partner, zones = who.partner, messaging.directory.zones(who.entry)
    goals = asks.backed(partner)
    until = partner.paused_until if partner.paused_until and partner.paused_until > now else None
    return {
        "heading": f"You support {who.user_name}",
        "state": "agreed",
        "since": _day(partner.consented_at or now, zones),
        "resting": _day(until, zones) if until else "",
        "asks": asks.open_asks(partner, goals),
        "progress": asks.progress(partner, goals),
        "milestones": partner.milestones,
    }


def _day(instant: datetime, zones: Sequence[str]) -> str:
    """Return the day of an instant; of those of several zones the earlier, in which a rest ends."""
    local = min((local_time(instant, zone) for zone in zones), key=datetime.toordinal)
    return f"{local.day} {local:%B %Y}"
