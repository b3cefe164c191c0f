"""Pages for people who come without a client: from a message, or back from a checkout (D-43).

Written as jinja2 templates in ``templates`` folders of the packages of ``shared``; every page extends
``kernel/templates/base.html`` and looks as ``kernel/templates/style.css`` has it: the brand and for whom the page is,
one card with one action that says what it does, what happens next, who we are. No script, nothing loaded from
elsewhere, readable on a phone and by a screen reader; a state of ``done``, ``waiting``, ``failed`` or ``empty`` has its
mark, and no page is a dead end. What a template says it says by ``_("An English sentence with {name}.", name=…)``, in
its reader's language (``kernel/text/speech.py``); ``| bdi`` sets a name apart from the words around it. A function that
shows a page declares ``layers=["text"]`` and ``settings=["brands"]``.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from shared.kernel.brands import Product, brand
from shared.kernel.errors import DomainError
from shared.kernel.text.speech import DEFAULT, Sentence, speaker, spoken, translated
from shared.kernel.wire import Raw

MEDIA_TYPE = "text/html; charset=utf-8"

SEE_OTHER = 303
"""Status of an answer that leads on to a page."""

State = Literal["", "done", "waiting", "failed", "empty"]
"""What a page tells of: its mark beside the heading."""

_SHARED = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reader can go on: the words and the address."""

    words: str
    address: str


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_SHARED),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704 - our own file
    environment.filters["bdi"] = Markup("<bdi>{}</bdi>").format
    return environment


def _speaker(language: str) -> Callable[..., Any]:
    from markupsafe import Markup

    def say(sentence: str, **values: object) -> Any:
        return Markup(translated(language, sentence)).format(**values)  # noqa: S704 - our own words; values are escaped

    return say


@cache
def _style() -> str:
    return (_SHARED / "kernel" / "templates" / "style.css").read_text()


@cache
def _headers(*, forms: bool) -> dict[str, str]:
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    target = "'self'" if forms else "'none'"
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; "
        f"form-action {target}; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }


def render(
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    forms: bool = False,
    locale: str = DEFAULT,
    product: Product = Product.ACCOUNTS,
    whom: str = "",
    **values: Any,
) -> Raw:
    """Return the page that a template makes; every value is shown as text.

    Args:
        template: the template's file below ``shared``, e.g. ``messaging/templates/unsubscribe.html``.
        status: of the answer.
        headers: of the answer, besides those of every page.
        forms: the page has forms, which post to where the page came from.
        locale: the reader's; the page is in a language that we speak.
        product: whose brand the page shows.
        whom: for whom the page is, by name.
        values: what the template shows.

    Raises:
        jinja2.UndefinedError: the template shows something that was not given.
    """
    language, shown = spoken(locale), brand(product)
    said = {"_": _speaker(language), "locale": language, "about": translated(language, shown.about)}
    return Raw(
        _environment().get_template(template).render(brand=shown, whom=whom, **said, **values),
        media_type=MEDIA_TYPE,
        status=status,
        headers=_headers(forms=forms) | dict(headers or {}),
    )


def page(
    heading: str,
    *sentences: str,
    link: Link | None = None,
    ways: Sequence[Link] = (),
    then: str = "",
    state: State = "",
    locale: str = DEFAULT,
    product: Product = Product.ACCOUNTS,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Raw:
    """Return a page of one heading and a few sentences.

    Args:
        heading: what it is about.
        sentences: what it says.
        link: the one action, as a button.
        ways: other ways on, as quiet links.
        then: what happens next.
        state: what it tells of.
        locale: the reader's; what is given is in their language.
        product: whose brand it shows; without a way on of its own it leads to where that is used.
        status: of the answer.
        headers: of the answer.
    """
    shown = brand(product)
    if link is None and not ways:
        ways = (Link(translated(locale, "Go to {brand}", brand=shown.name), shown.home),)
    return render(
        "kernel/templates/page.html",
        status=status,
        headers=headers,
        locale=locale,
        product=product,
        heading=heading,
        sentences=sentences,
        link=link,
        ways=ways,
        then=then,
        state=state,
    )


_REFUSED: dict[int, tuple[str, str]] = {
    HTTPStatus.NOT_FOUND: (
        Sentence("There is no such page"),
        Sentence("Please check that the link was copied as a whole."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        Sentence("Please wait a moment"),
        Sentence("This was opened or sent too often. Try again in a minute."),
    ),
}
_FAILED: tuple[str, str] = (
    Sentence("This did not work"),
    Sentence("Something went wrong on our side. Please try again in a few minutes."),
)
_NOT_THIS = Sentence("This cannot be done")


def refused(refusal: DomainError, *, product: Product, language: str, request_id: str) -> Raw:
    """Return the page of an error, for whoever came to a page with a browser, in the language that it asks for."""
    say = speaker(language)
    failed = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    heading, sentence = _FAILED if failed else _REFUSED.get(refusal.status, (_NOT_THIS, str(refusal)))
    asking = say(
        "If it stays so, write to {contact} and name this number: {number}.",
        contact=brand(product).contact,
        number=request_id,
    )
    return page(
        say(heading),
        say(sentence),
        asking,
        state="failed",
        locale=language,
        product=product,
        status=refusal.status,
        headers=refusal.headers,
    )
