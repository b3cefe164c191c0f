"""Pages: everything given is text, nothing is loaded, forms only where a page has one."""

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError

from shared.kernel import pages


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
    shown = pages.render("kernel/templates/page.html", forms=True, heading="Hello", sentences=(), link=None)
    assert "form-action 'self'" in shown.headers["Content-Security-Policy"]


def test_the_language_is_told():
    shown = pages.render("kernel/templates/page.html", locale="de", heading="Hallo", sentences=(), link=None)
    assert '<html lang="de">' in shown.body


def test_a_template_that_misses_something_fails():
    with pytest.raises(UndefinedError):
        pages.render("kernel/templates/page.html", heading="Hello")
