"""Pages: everything given is text, nothing is loaded, forms only where a page has one."""

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError

from shared.kernel import pages
from shared.kernel.brands import Product
from tests import environment

PLAIN = {"heading": "Hello", "sentences": (), "link": None, "ways": (), "then": "", "state": ""}


@pytest.fixture(autouse=True)
def _event(monkeypatch):
    monkeypatch.setenv("WELLSPRING_STAGE", "test")
    environment.read_anew()
    yield
    environment.read_anew()


def test_what_is_given_is_shown_as_text():
    shown = pages.page("<b>", "x & y", link=pages.Link("<i>", 'https://a.example/?q="x"')).body
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "<h1>&lt;b&gt;</h1>" in shown
    assert "<p>x &amp; y</p>" in shown
    assert 'href="https://a.example/?q=&#34;x&#34;"' in shown


def test_the_policy_allows_the_pages_style_and_nothing_else():
    shown = pages.page("Hello")
    style = re.findall(r"<style>(.*?)</style>", shown.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert shown.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert shown.headers["Referrer-Policy"] == "no-referrer"


def test_a_page_with_forms_may_post_to_where_it_came_from():
    shown = pages.render("kernel/templates/page.html", forms=True, **PLAIN)
    assert "form-action 'self'" in shown.headers["Content-Security-Policy"]


def test_the_language_is_told():
    shown = pages.render("kernel/templates/page.html", locale="es-MX", **PLAIN)
    assert '<html lang="es">' in shown.body
    assert ">Privacidad</a>" in shown.body


def test_a_language_that_we_do_not_speak_is_not_told_to_be_spoken():
    shown = pages.render("kernel/templates/page.html", locale="fr", **PLAIN)
    assert '<html lang="en">' in shown.body
    assert ">Privacy</a>" in shown.body


def test_what_is_filled_into_a_sentence_is_text_and_no_sentence_of_its_own():
    shown = pages.render("kernel/templates/page.html", locale="es", whom="<b>{name} {0}", **PLAIN)
    assert "Para <bdi>&lt;b&gt;{name} {0}</bdi>" in shown.body


def test_a_template_that_misses_something_fails():
    with pytest.raises(UndefinedError):
        pages.render("kernel/templates/page.html", heading="Hello")


def test_a_page_shows_its_products_brand_and_who_stands_behind_it():
    shown = pages.page("Hello", product=Product.GOALS).body
    assert "<title>Hello · Dataday</title>" in shown
    assert "<span>Dataday</span>" in shown
    for known in ("Wellspring Example Ltd, 1 Spring Street", "mailto:help@dataday.example", "/privacy", "/terms"):
        assert known in shown


def test_a_page_without_a_way_on_leads_to_where_the_product_is_used():
    assert (
        'href="https://live.wellspring.example">Go to Wellspring Live</a>'
        in pages.page("Done", product=Product.STREAMS).body
    )
    assert "Go to" not in pages.page("Done", link=pages.Link("On", "?on")).body


def test_a_page_names_for_whom_it_is_as_text():
    shown = pages.render("kernel/templates/page.html", whom="<b>Ann", **PLAIN).body
    assert "For <bdi>&lt;b&gt;Ann</bdi>" in shown
