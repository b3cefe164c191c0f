"""Pages behind the links of account mails: opening one shows a form, sending that does what it says (D-50)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from shared.identity import resets, verification
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink, WrongPassword
from shared.identity.items import Account
from shared.kernel.brands import Product, brand
from shared.kernel.errors import DomainError, ValidationFailed
from shared.kernel.pages import Link, page, render
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

    heading: str
    action: Literal["verify", "password-reset"]
    find: Callable[..., Account]
    done: tuple[str, str]


_CONFIRM = _LinkForm(
    "Confirm your e-mail address",
    "verify",
    verification.open_link,
    ("Your e-mail address is confirmed", "Thank you. You can sign in now."),
)
_RESET = _LinkForm(
    "Choose a new password",
    "password-reset",
    resets.open_link,
    ("Your new password is set", "You are signed out everywhere, and can sign in with the new password."),
)


def show_confirmation(token: str, *, now: datetime) -> Raw:
    """Show the page on which an address is confirmed, or what became of that."""
    return _shown(_CONFIRM, token, now=now)


def show_reset(token: str, *, now: datetime) -> Raw:
    """Show the page on which a new password is set, or why it cannot be."""
    return _shown(_RESET, token, now=now)


def confirm(token: str, password: str, new_password: str, *, now: datetime) -> Raw:
    """Confirm an address as the form says, and tell so, or show the form again with what is wrong."""
    return _sent(_CONFIRM, token, partial(verification.confirm, token, password, new_password, now=now), now=now)


def reset(token: str, password: str, *, now: datetime) -> Raw:
    """Set a password as the form says, and tell so, or show the form again with what is wrong."""
    return _sent(_RESET, token, partial(resets.set_password, token, password, now=now), now=now)


def _sent(form: _LinkForm, token: str, act: Callable[[], None], *, now: datetime) -> Raw:
    try:
        act()
    except (UnknownLink, ExpiredLink, AlreadyVerified) as refusal:
        return _refused(refusal)
    except (ValidationFailed, WrongPassword) as refusal:
        return _shown(form, token, refusal, now=now)
    return _done(*form.done)


def _shown(form: _LinkForm, token: str, problem: DomainError | None = None, *, now: datetime) -> Raw:
    """Return a form, with what was wrong with it; or what stands in its place."""
    try:
        account = form.find(token, now=now)
    except (UnknownLink, ExpiredLink) as refusal:
        return _refused(refusal)
    if form is _CONFIRM and account.verified_at is not None:
        return _done(form.done[0], "There is nothing more to do. You can sign in.")
    return render(
        _TEMPLATE,
        status=problem.status if problem else 200,
        forms=True,
        heading=form.heading,
        email=account.email,
        token=token,
        action=form.action,
        confirming=form is _CONFIRM,
        problem=_told(problem) if problem else "",
        # Which of two fields it is about: the password of the registration, or a new one.
        new=not isinstance(problem, WrongPassword),
    )


def _done(heading: str, sentence: str) -> Raw:
    home = brand(Product.ACCOUNTS)
    return page(heading, sentence, link=Link(f"Sign in to {home.name}", home.home), state="done")


def _told(refusal: DomainError) -> str:
    return " ".join(f"{message}." for _, message in refusal.details) or str(refusal)


def _refused(refusal: DomainError) -> Raw:
    return page("This link does not work", str(refusal), state="failed", status=refusal.status)
