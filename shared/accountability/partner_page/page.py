"""What the partner's page shows: no account needed, a link is enough (S-A-38, S-A-40, X-A-25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared import messaging
from shared.accountability.items import ABOUT, ContactKey
from shared.accountability.partner_page import asks
from shared.accountability.partner_page.asks import Ask, Settled
from shared.accountability.partner_page.form import offered
from shared.accountability.team import consents, links, people, rules
from shared.accountability.team.errors import LinkExpired
from shared.accountability.team.items import Partner
from shared.accountability.team.links import Opened, Use
from shared.accountability.team.rules import PartnerStatus
from shared.kernel.brands import Product, brand
from shared.kernel.errors import NotFound
from shared.kernel.pages import MEDIA_TYPE, SEE_OTHER, page, render
from shared.kernel.text.links import unlinked
from shared.kernel.text.speech import Sentence, speaker, spoken, translated
from shared.kernel.wire import Raw
from shared.kernel.zones import local_time
from shared.messaging import PHONE, Channel, Recipient

TEMPLATE = "accountability/partner_page/templates/partner.html"

NAMES = {
    Channel.SMS: Sentence("Text message"),
    Channel.WHATSAPP: Sentence("WhatsApp"),
    Channel.EMAIL: Sentence("E-mail"),
    Channel.VOICE: Sentence("Phone call with a recorded voice"),
}

DONE = {
    "accepted": Sentence("Thank you. You are part of the team now."),
    "declined": Sentence("That is fine. Nothing more comes to you, unless you are asked once more."),
    "saved": Sentence("Your settings are saved."),
    "resting": Sentence("Rest well. Nothing comes to you until then."),
    "resumed": Sentence("Welcome back."),
    "left": Sentence("You left. Nothing more comes to you."),
    "answered": Sentence("Thank you. Your answer is noted."),
    "link-sent": Sentence("A new link is on its way, to the number or address that we have of you."),
}
"""What a page says first after each deed, by the ``done`` of its address."""

AGAIN = "again"
"""In place of a deed: whoever said no wants to see the question once more."""

_ANSWERED = {
    "DONE": Sentence("You told us that you checked in. Thank you."),
    "CANNOT": Sentence("You told us that you cannot this time. That is fine."),
}
_SAID = {**_ANSWERED, "ACCEPTED": Sentence("You said that you will check in.")}
_NOTHING_TO_DO = Sentence("There is nothing to do about it any more.")

_OVER: Mapping[str, tuple[Sentence, ...]] = {
    PartnerStatus.OPTED_OUT: (
        Sentence("You stopped all of our messages, and nothing comes to you."),
        Sentence("If you want them again, {again}."),
    ),
    PartnerStatus.INVALID: (
        Sentence("Our messages do not arrive at the address we have of you, so nothing comes to you."),
    ),
}

_CLOSED: Mapping[str, tuple[Sentence, Sentence]] = {
    PartnerStatus.DECLINED: (
        Sentence("You said no"),
        Sentence("You are not part of {user_name}'s team. Nothing more comes to you."),
    ),
    PartnerStatus.LEFT: (
        Sentence("You left the team"),
        Sentence("{user_name} is told that you left. Nothing more comes to you."),
    ),
}
"""Heading and sentence for who ended it: the question is not put again, but may be."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looks at a page, and at whose."""

    partner: Partner
    entry: Recipient
    user_name: str

    def say(self, sentence: str, **values: object) -> str:
        """Return a sentence in the partner's language."""
        return translated(self.entry.locale, sentence, **values)


def seen(partner: Partner) -> Seen:
    """Return what every page of a partner needs. Two or three reads."""
    entry, name = people.entry_of(partner.partner_id), people.name_of(partner.user_id)
    return Seen(partner, entry, name or translated(entry.locale, people.SOMEBODY))


def show(given: str, done: str, *, browser: str, now: datetime) -> Raw:
    """Show the page that a link leads to; looking at it uses nothing up.

    Args:
        given: the token of the link.
        done: what was done last, as the address tells.
        browser: language that the browser asks for.
        now: when.
    """
    try:
        opened = links.opened(given, now=now)
    except NotFound:
        return unknown(browser)
    if opened.use is not Use.GOOD:
        return over(opened, done=DONE.get(done, ""))
    who = seen(opened.partner)
    return shown(who, ask=opened.ask, done=DONE.get(done, ""), again=done == AGAIN, now=now)


def lead_on(code: str, *, browser: str) -> Raw:
    """Lead on from a short link to the page; ``browser`` is the language that it asks for."""
    try:
        token = links.token_of(code)
    except NotFound:
        return unknown(browser)
    # Relative, whatever the address that it was reached by.
    return Raw("", media_type=MEDIA_TYPE, status=SEE_OTHER, headers={"Location": f"../v1/partner/{token}"})


def unknown(browser: str) -> Raw:
    """Return the page of a link that is not one of ours: of whom, nobody knows, nor in which language they read."""
    say = speaker(browser)
    return page(
        say("There is no such page"),
        say("Please check that the link was copied as a whole."),
        state="failed",
        locale=browser,
        product=Product.GOALS,
        status=NotFound.status,
    )


def over(opened: Opened, *, done: str = "", problem: str = "", status: int = LinkExpired.status) -> Raw:
    """Return the page of a link that was used or is too old; whoever still takes part may have a new one."""
    who = seen(opened.partner)
    partner, locale, say = who.partner, who.entry.locale, who.say
    renewable = partner.status in rules.STANDING and not done
    if opened.use is Use.USED:
        heading = say("This link was used already")
        told = say("Each link takes one answer. If you just pressed a button, that was done.")
        sentences = [*_asked_for(who, opened.ask), told]
    else:
        heading, sentences = say("This link has expired"), [say("Links work for two weeks, and this one is older.")]
    if renewable:
        sentences.append(say("We can send you a new one, to the number or address that we have of you."))
    return render(
        TEMPLATE,
        status=status,
        forms=True,
        locale=locale,
        product=Product.GOALS,
        whom=unlinked(partner.name),
        heading=say("Look at your messages") if done else heading,
        state="over",
        mark="done" if done else "waiting",
        sentences=() if done else sentences,
        renewable=renewable,
        problem=say(problem),
        done=say(done),
    )


def _asked_for(who: Seen, ask: ContactKey | None) -> list[str]:
    """Return what the message of a link asked for and what was answered, where it asked for something."""
    partner = who.partner
    if ask is None or partner.status not in rules.CONSENTING:
        return []
    settled = asks.settled(partner, ask, asks.backed(partner))
    if settled is None:
        return []
    goal = settled.goal or who.say("goal")
    sentence = "You were asked to check in with {user_name} about their {goal}."
    answered = [who.say(_SAID[settled.answer])] if settled.answer in _SAID else []
    return [who.say(sentence, user_name=who.user_name, goal=goal), *answered]


def shown(
    who: Seen,
    *,
    ask: ContactKey | None = None,
    done: str = "",
    problem: str = "",
    again: bool = False,
    status: int = 200,
    now: datetime,
) -> Raw:
    """Return a partner's page as things stand: what its link was sent for comes first."""
    partner = who.partner
    standing = rules.standing(partner.status, partner.paused_until, now=now)
    if standing in rules.CONSENTING:
        more = _agreed(who, ask, now=now)
    elif standing in _CLOSED and not again:
        more = _closed(who, standing)
    elif standing in rules.MAY_ACCEPT:
        note = unlinked(partner.note or "")
        heading = who.say("{user_name} asks for your support", user_name=who.user_name)
        more = {"heading": heading, "state": "asked", "note": note}
    else:
        more = _ended(who, standing)
    return render(
        TEMPLATE,
        status=status,
        forms=True,
        locale=who.entry.locale,
        product=Product.GOALS,
        whom=unlinked(partner.name),
        done="" if more["state"] == "closed" else who.say(done),
        problem=who.say(problem),
        user_name=who.user_name,
        partner_name=unlinked(partner.name),
        **_settings(who),
        **more,
    )


def _closed(who: Seen, standing: PartnerStatus) -> dict[str, Any]:
    heading, sentence = _CLOSED[standing]
    told = who.say(sentence, user_name=who.user_name)
    return {"heading": who.say(heading), "state": "closed", "mark": "done", "sentences": [told], "again": AGAIN}


def _ended(who: Seen, standing: PartnerStatus) -> dict[str, Any]:
    told = _OVER.get(standing, (Sentence("You are not part of this team any more, and nothing comes to you."),))
    if who.entry.phone:
        again = who.say("text START to the number they came from")
    else:
        again = who.say("write to {contact}", contact=brand(Product.GOALS).contact)
    sentences = [who.say(sentence, again=again) for sentence in told]
    return {
        "heading": who.say("Nothing comes to you"),
        "state": "over",
        "mark": "empty",
        "sentences": sentences,
        "renewable": False,
    }


def _settings(who: Seen) -> dict[str, Any]:
    entry, statement = who.entry, consents.page_words(who.entry, who.user_name)
    ways = offered(entry)
    begin, end = entry.hours or (None, None)
    known = [channel for channel in entry.channels or () if channel in ways]
    return {
        "offered": ways,
        "names": {way: who.say(name) for way, name in NAMES.items()},
        "addresses": {way: _masked(who, way) for way in ways},
        "reached": _reached(who, ways),
        "chosen": [*known, "", "", ""][:3],
        "voicemail": bool(entry.voicemail),
        "begin": _clock(begin),
        "end": _clock(end),
        "language": spoken(entry.locale),
        "languages": [(code, messaging.language(code).name) for code in sorted(messaging.languages())],
        "statement": statement.text,
        "statement_hash": statement.hash,
        "asks_a_week": messaging.ASKS_A_WEEK,
        "most_a_week": messaging.MOST_A_WEEK,
        "ending": who.say("replying STOP") if entry.phone else who.say("the link at the end of every mail"),
    }


def _masked(who: Seen, way: Channel) -> str:
    """Return which address of somebody a way leads to: enough for them to know it, no use to whoever finds the link."""
    if way in PHONE:
        return who.say("to the number that ends in {last}", last=str(who.entry.phone)[-4:])
    name, _, domain = str(who.entry.email).rpartition("@")
    return who.say("to {address}", address=f"{name[:1]}…@{domain}")


def _reached(who: Seen, ways: Sequence[Channel]) -> str:
    """Return where messages go, as a sentence."""
    phone = who.say("texts and calls {where}", where=_masked(who, Channel.SMS)) if Channel.SMS in ways else ""
    mail = who.say("mails {where}", where=_masked(who, Channel.EMAIL)) if Channel.EMAIL in ways else ""
    told = ", ".join(part for part in (phone, mail) if part)
    return f"{told[:1].upper()}{told[1:]}."


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _agreed(who: Seen, ask: ContactKey | None, *, now: datetime) -> dict[str, Any]:
    partner, zones = who.partner, messaging.directory.zones(who.entry)
    goals = asks.backed(partner)
    found = asks.open_asks(partner, goals)
    # What the link was sent for comes before what else is open.
    found.sort(key=lambda one: ask is None or not one.about.startswith(f"{ABOUT}{ask.goal_id}#"))
    settled = asks.settled(partner, ask, goals) if ask and not found else None
    until = partner.paused_until if partner.paused_until and partner.paused_until > now else None
    return {
        "heading": _heading(who, found, settled),
        "state": "agreed",
        "since": _day(who, partner.consented_at or now, zones),
        # The rest ends as its last day is over: that is the day to say.
        "resting": _day(who, until - timedelta(seconds=1), zones) if until else "",
        "asks": found,
        "settled": settled,
        "answer": who.say(_ANSWERED.get(str(settled.answer), _NOTHING_TO_DO)) if settled else "",
        "progress": asks.progress(partner, goals),
        "milestones": partner.milestones,
        "shows_words": partner.shows_words,
    }


def _heading(who: Seen, found: Sequence[Ask], settled: Settled | None) -> str:
    if settled and not found:
        return who.say("You need not do anything now")
    if not found:
        return who.say("You support {user_name}", user_name=who.user_name)
    if found[0].accepted:
        return who.say("How did it go with {user_name}?", user_name=who.user_name)
    return who.say("Can you check in with {user_name}?", user_name=who.user_name)


def _day(who: Seen, instant: datetime, zones: Sequence[str]) -> str:
    """Return the day of an instant; of those of several zones the earlier, in which a rest ends."""
    local = min((local_time(instant, zone) for zone in zones), key=datetime.toordinal)
    return messaging.language(who.entry.locale).dated(local.date())
