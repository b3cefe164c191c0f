"""Pages behind the links of account mails: opening one shows a form, sending that does what it says (D-50)."""

from collections.abc import Callable
from datetime import datetime

from shared.identity import resets, verification
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink, WrongPassword
from shared.identity.items import Account
from shared.kernel.brands import Product, brand
from shared.kernel.errors import DomainError, ValidationFailed
from shared.kernel.pages import Link, page, render
from shared.kernel.wire import Raw

_TEMPLATE = "identity/templates/password.html"


def show_confirmation(token: str, *, now: datetime) -> Raw:
    """Show the page on which an address is confirmed, or what became of that."""
    return _with_account(lambda: verification.open_link(token, now=now), lambda account: _to_confirm(account, token))


def confirm(token: str, password: str, new_password: str, *, now: datetime) -> Raw:
    """Confirm an address as the form says, and tell so, or show the form again with what is wrong."""
    try:
        verification.confirm(token, password, new_password, now=now)
    except (UnknownLink, ExpiredLink, AlreadyVerified) as refusal:
        return _refused(refusal)
    except (ValidationFailed, WrongPassword) as refusal:
        account = verification.open_link(token, now=now)
        return _to_confirm(account, token, _problem(refusal), new=bool(new_password), status=refusal.status)
    return _done("Your e-mail address is confirmed", "Thank you. You can sign in now.")


def _to_confirm(account: Account, token: str, problem: str = "", *, new: bool = False, status: int = 200) -> Raw:
    if account.verified_at is not None:
        return _done("Your e-mail address is confirmed", "There is nothing more to do. You can sign in.")
    return _form(account, token, "Confirm your e-mail address", "verify", problem, new=new, status=status)


def show_reset(token: str, *, now: datetime) -> Raw:
    """Show the page on which a new password is set, or why it cannot be."""
    return _with_account(lambda: resets.open_link(token, now=now), lambda account: _to_reset(account, token))


def reset(token: str, password: str, *, now: datetime) -> Raw:
    """Set a password as the form says, and tell so, or show the form again with what is wrong."""
    try:
        resets.set_password(token, password, now=now)
    except (UnknownLink, ExpiredLink) as refusal:
        return _refused(refusal)
    except ValidationFailed as refusal:
        account = resets.open_link(token, now=now)
        return _to_reset(account, token, _problem(refusal), status=refusal.status)
    return _done("Your new password is set", "You are signed out everywhere, and can sign in with the new password.")


def _done(heading: str, sentence: str) -> Raw:
    home = brand(Product.ACCOUNTS)
    return page(heading, sentence, link=Link(f"Sign in to {home.name}", home.home), state="done")


def _to_reset(account: Account, token: str, problem: str = "", *, status: int = 200) -> Raw:
    return _form(account, token, "Choose a new password", "password-reset", problem, new=True, status=status)


def _with_account(find: Callable[[], Account], show: Callable[[Account], Raw]) -> Raw:
    try:
        return show(find())
    except (UnknownLink, ExpiredLink) as refusal:
        return _refused(refusal)


def _form(account: Account, token: str, heading: str, action: str, problem: str, *, new: bool, status: int) -> Raw:
    return render(
        _TEMPLATE,
        status=status,
        forms=True,
        heading=heading,
        email=account.email,
        token=token,
        action=action,
        confirming=action == "verify",
        problem=problem,
        new=new,
    )


def _problem(refusal: DomainError) -> str:
    return ". ".join(message for _, message in refusal.details) or str(refusal)


def _refused(refusal: DomainError) -> Raw:
    return page("This link does not work", str(refusal), state="failed", status=refusal.status)
