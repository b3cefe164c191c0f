"""What a partner does on their page. Each deed uses the link up; the page that follows has the next one."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability.escalation import answers
from shared.accountability.partner_page import page
from shared.accountability.partner_page.form import PageForm, rest_until, wishes
from shared.accountability.partner_page.page import Seen
from shared.accountability.team import choices, consents, invitations, links, people, rules
from shared.accountability.team.consents import Said
from shared.accountability.team.errors import NotNow, OptedOut, Unfit
from shared.accountability.team.items import Partner
from shared.accountability.team.links import Opened, Use
from shared.kernel import pages, rates
from shared.kernel.caller import Browser
from shared.kernel.errors import NotFound, RateLimitExceeded
from shared.kernel.ids import derived_id
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Update, commit, transact
from shared.kernel.text.speech import Sentence
from shared.kernel.wire import Raw
from shared.messaging import MessageRequest


@dataclass(frozen=True, slots=True)
class Visit:
    """One use of a page's form.

    Attributes:
        form: what was filled in.
        browser: with what, and where from.
        operation: durable name of the request.
        now: when.
    """

    form: PageForm
    browser: Browser
    operation: str
    now: datetime

    def said(self, who: Seen) -> Said:
        """Return the evidence of this visit, with the words beside its button.

        Raises:
            Unfit: those words are not the ones that stand there now.
        """
        words = consents.page_words(who.entry, who.user_name)
        if self.form.statement != words.hash:
            raise Unfit(Sentence("The words you agree to have changed. Please read them again."))
        return consents.shown(self.plainly(), words)

    def plainly(self) -> Said:
        """Return the evidence of this visit."""
        browser = self.browser
        return Said("WEB_PAGE", network_address=browser.network_address, user_agent=browser.name[: consents.AGENT])


def act(given: str, visit: Visit) -> Raw:
    """Do what a form of the page says, and lead on to the page with the next link.

    A link that was used or is too old does nothing but ask for a new one; what cannot be is told on the page, and the
    link stays good.
    """
    return people.retry(lambda: _open(given, visit))


def _open(given: str, visit: Visit) -> Raw:
    try:
        opened = links.opened(given, now=visit.now)
    except NotFound:
        return page.unknown(visit.browser.language)
    if visit.form.action == "new-link":
        return _send_link(given, opened, visit)
    if opened.use is not Use.GOOD:
        return page.over(opened)
    return _act(page.seen(opened.partner), visit)


def _act(who: Seen, visit: Visit) -> Raw:
    try:
        done = _DEEDS.get(visit.form.action, _nothing)(who, visit)
    except Unfit as unfit:
        return page.shown(who, problem=str(unfit), again=True, status=Unfit.status, now=visit.now)
    except (NotNow, NotFound, OptedOut):
        problem = Sentence("That is not possible any more. This is how things stand.")
        return page.shown(who, problem=problem, status=NotNow.status, now=visit.now)
    return _on_to(links.token(who.partner, now=visit.now), done)


def _on_to(token: str, done: str) -> Raw:
    # Relative to the page itself, whatever the address that it was reached by.
    return Raw("", media_type=pages.MEDIA_TYPE, status=pages.SEE_OTHER, headers={"Location": f"./{token}?done={done}"})


def _using_up(partner: Partner) -> Sequence[Action]:
    partner.generation += 1
    return [Partner.generation.set(partner.generation)]


def _accept(who: Seen, visit: Visit) -> str:
    said, wished = visit.said(who), wishes(visit.form, who.entry)
    used = _using_up(who.partner)
    transact(choices.accept(who.partner, who.entry, said, wishes=wished, also=used, now=visit.now))
    return "accepted"


def _decline(who: Seen, visit: Visit) -> str:
    transact(choices.decline(who.partner, who.entry, visit.plainly(), also=_using_up(who.partner), now=visit.now))
    return "declined"


def _save(who: Seen, visit: Visit) -> str:
    said, wished = visit.said(who), wishes(visit.form, who.entry)
    writes = choices.set_wishes(
        who.partner,
        who.entry,
        said,
        wished,
        milestones=visit.form.milestones == "yes",
        shows_words=visit.form.words == "yes",
        also=_using_up(who.partner),
        now=visit.now,
    )
    transact(writes)
    return "saved"


def _rest(who: Seen, visit: Visit) -> str:
    until = rest_until(visit.form, messaging.directory.zones(who.entry), now=visit.now)
    transact(choices.rest(who.partner, until, also=_using_up(who.partner), now=visit.now))
    return "resting"


def _resume(who: Seen, visit: Visit) -> str:
    transact(choices.rest(who.partner, None, also=_using_up(who.partner), now=visit.now))
    return "resumed"


def _leave(who: Seen, visit: Visit) -> str:
    transact(choices.leave(who.partner, who.entry, visit.plainly(), also=_using_up(who.partner), now=visit.now))
    return "left"


def _answer(who: Seen, visit: Visit) -> str:
    """Answer an ask: with the name of this link, so that a second press finds the first."""
    partner = who.partner
    if partner.status not in rules.CONSENTING:
        raise NotNow
    if visit.form.answer not in {"ACCEPTED", "DONE", "CANNOT"}:
        raise Unfit(Sentence("Please use one of the buttons."))
    reply_id = derived_id("rep", partner.partner_id, str(partner.generation))
    answers.answer(visit.form.about, partner.partner_id, visit.form.answer, reply_id=reply_id, now=visit.now)
    unused = Partner.generation == partner.generation
    used = [*_using_up(partner), Partner.version.add(1)]
    commit(Update(Partner, partner.pk, partner.sk, used, condition=unused, error=VersionConflict))
    return "answered"


def _nothing(_who: Seen, _visit: Visit) -> str:
    raise Unfit(Sentence("Please use one of the buttons."))


_DEEDS: dict[str, Callable[[Seen, Visit], str]] = {
    "accept": _accept,
    "decline": _decline,
    "save": _save,
    "rest": _rest,
    "resume": _resume,
    "leave": _leave,
    "answer": _answer,
}


def _send_link(given: str, opened: Opened, visit: Visit) -> Raw:
    """Send a new link to the partner's own number or address, once an hour, through the gate like every message.

    They asked for it: it goes in nobody's name but theirs, also where the user is suspended.
    """
    partner = opened.partner
    if partner.status not in rules.STANDING:
        return page.over(opened)
    try:
        rates.count("partner-link", partner.partner_id, now=visit.now)
    except RateLimitExceeded as again:
        problem = Sentence("A link is on its way already: we send one an hour at most. Please look at your messages.")
        return page.over(opened, problem=problem, status=again.status)
    ways = invitations.ways_of(people.entry_of(partner.partner_id))
    link, known = links.short_link(partner, now=visit.now)
    wanted = MessageRequest(
        key=f"partner-link#{partner.partner_id}#{visit.operation}",
        recipient_id=partner.partner_id,
        category="partner-link",
        template="partner.new-link",
        variables={"partner_name": partner.name, "link": link},
        channels=rules.asked_by(ways.channels),
        about=links.about(partner.partner_id),
    )
    # A second try of the same request finds its message.
    with suppress(messaging.AlreadyRequested):
        transact([known, *messaging.request(wanted, now=visit.now)])
    return _on_to(given, "link-sent")
