"""Pages behind the links of account mails: opening one shows a form, sending that does what it says (D-50).

They speak the language that the holder of the account is told things in; before that is known, the browser's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from shared import messaging
from shared.identity import resets, verification
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink, WrongPassword
from shared.identity.items import Account
from shared.kernel.brands import Product, brand
from shared.kernel.errors import DomainError, ValidationFailed
from shared.kernel.pages import Link, page, render
from shared.kernel.text.speech import Sentence, speaker, translated
from shared.kernel.wire import Raw

_TEMPLATE = "identity/templates/password.html"


@dataclass(frozen=True, slots=True)
class _LinkForm:
    """A form behind a link.

    Attributes:
        heading: what it is for.
        action: where it is sent to, and so which of the two it is.
        find: returns the account of a link's token, or refuses the link.
        done: heading and sentence once it is done.
    """

    heading: Sentence
    action: Literal["verify", "password-reset"]
    find: Callable[..., Account]
    done: tuple[Sentence, Sentence]


_CONFIRM = _LinkForm(
    Sentence("Confirm your e-mail address"),
    "verify",
    verification.open_link,
    (Sentence("Your e-mail address is confirmed"), Sentence("Thank you. You can sign in now.")),
)
_RESET = _LinkForm(
    Sentence("Choose a new password"),
    "password-reset",
    resets.open_link,
    (
        Sentence("Your new password is set"),
        Sentence("You are signed out everywhere, and can sign in with the new password."),
    ),
)


def show_confirmation(token: str, *, browser: str, now: datetime) -> Raw:
    """Show the page on which an address is confirmed, or what became of that."""
    return _shown(_CONFIRM, token, browser=browser, now=now)


def show_reset(token: str, *, browser: str, now: datetime) -> Raw:
    """Show the page on which a new password is set, or why it cannot be."""
    return _shown(_RESET, token, browser=browser, now=now)


def confirm(token: str, password: str, new_password: str, *, browser: str, now: datetime) -> Raw:
    """Confirm an address as the form says, and tell so, or show the form again with what is wrong."""
    act = partial(verification.confirm, token, password, new_password, now=now)
    return _sent(_CONFIRM, token, act, browser=browser, now=now)


def reset(token: str, password: str, *, browser: str, now: datetime) -> Raw:
    """Set a password as the form says, and tell so, or show the form again with what is wrong."""
    return _sent(_RESET, token, partial(resets.set_password, token, password, now=now), browser=browser, now=now)


def _sent(form: _LinkForm, token: str, act: Callable[[], None], *, browser: str, now: datetime) -> Raw:
    locale = browser
    try:
        # Asked before it is done, because a link of a password is used up by it.
        locale = _language(form.find(token, now=now), browser)
        act()
    except (UnknownLink, ExpiredLink, AlreadyVerified) as refusal:
        return _refused(refusal, locale)
    except (ValidationFailed, WrongPassword) as refusal:
        return _shown(form, token, refusal, browser=browser, now=now)
    return _done(*form.done, locale)


def _shown(form: _LinkForm, token: str, problem: DomainError | None = None, *, browser: str, now: datetime) -> Raw:
    """Return a form, with what was wrong with it; or what stands in its place."""
    try:
        account = form.find(token, now=now)
    except (UnknownLink, ExpiredLink) as refusal:
        return _refused(refusal, browser)
    locale = _language(account, browser)
    if form is _CONFIRM and account.verified_at is not None:
        return _done(form.done[0], Sentence("There is nothing more to do. You can sign in."), locale)
    return render(
        _TEMPLATE,
        status=problem.status if problem else 200,
        forms=True,
        locale=locale,
        heading=translated(locale, form.heading),
        email=account.email,
        token=token,
        action=form.action,
        confirming=form is _CONFIRM,
        problem=_told(problem, locale) if problem else "",
        # Which of two fields it is about: the password of the registration, or a new one.
        new=not isinstance(problem, WrongPassword),
    )


def _language(account: Account, browser: str) -> str:
    return messaging.locale_of(account.user_id) or browser


def _done(heading: Sentence, sentence: Sentence, locale: str) -> Raw:
    home, say = brand(Product.ACCOUNTS), speaker(locale)
    link = Link(say("Sign in to {brand}", brand=home.name), home.home)
    return page(say(heading), say(sentence), link=link, state="done", locale=locale)


def _told(refusal: DomainError, locale: str) -> str:
    say = speaker(locale)
    return " ".join(f"{say(message)}." for _, message in refusal.details) or say(str(refusal))


def _refused(refusal: DomainError, locale: str) -> Raw:
    say = speaker(locale)
    return page(say("This link does not work"), say(str(refusal)), state="failed", locale=locale, status=refusal.status)
