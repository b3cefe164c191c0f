"""Mail addresses have one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.text.addresses import canonical_address
from shared.kernel.text.forms import address_forms


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("u@bücher.example", "u@xn--bcher-kva.example"),
        ("U@BÜCHER.example", "u@xn--bcher-kva.example"),
        ("u@bu\u0308cher.example", "u@xn--bcher-kva.example"),
        ("u@XN--BCHER-KVA.example", "u@xn--bcher-kva.example"),
        ("u@faß.de", "u@xn--fa-hia.de"),
        ("u@例え。テスト.com", "u@xn--r8jz45g.xn--zckzah.com"),
        ("ada+run.5k@mail.example.com", "ada+run.5k@mail.example.com"),
    ],
)
def test_one_address_has_one_form(typed: str, kept: str) -> None:
    assert canonical_address(typed) == kept == canonical_address(kept)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Max <m@example.com>", "without a name"),
        ("m@example.com, n@example.com", "without a name"),
        ("ada", "such as"),
        ("@example.com", "such as"),
        ("", "such as"),
        ("ada@localhost", "such as"),
        ("ada@203.0.113.7", "such as"),
        ("ada@[203.0.113.7]", "such as"),
        ("ada@example.com\u202e", "such as"),
        ("ada@ex\u200bample.com", "such as"),
        ("ada@xn--zzzzzz.com", "such as"),
        ("u@א1b.com", "such as"),
        ("☃@example.com", "without accents"),
        ("jürgen@example.com", "without accents"),
        ("a" * 65 + "@example.com", "at most 64"),
        ("ada@p\u0430ypal.com", "several scripts"),
        (f"ada@{'.'.join(['ü' * 40] * 6)}.com", "such as|at most 254"),
    ],
)
def test_what_no_mail_can_go_to_is_refused_with_its_reason(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical_address(typed)


def test_64_octets_are_possible_before_the_at() -> None:
    assert canonical_address("a" * 64 + "@example.com") == "a" * 64 + "@example.com"


@pytest.mark.parametrize(
    ("stored", "forms"),
    [
        ("ada@example.com", ("ada@example.com",)),
        ("u@xn--bcher-kva.example", ("u@xn--bcher-kva.example", "u@bücher.example")),
        ("u@bücher.example", ("u@xn--bcher-kva.example", "u@bücher.example")),
        ("U@BÜCHER.Example ", ("u@xn--bcher-kva.example", "u@bücher.example")),
        ("u@mail.faß.de", ("u@mail.xn--fa-hia.de", "u@mail.faß.de")),
        ("u@\u13a0.example", ("u@xn--58d.example", "u@\u13a0.example")),
        ("xn--u@example.com", ("xn--u@example.com",)),
    ],
)
def test_a_stored_address_is_known_under_both_of_its_forms(stored: str, forms: tuple[str, ...]) -> None:
    assert address_forms(stored) == forms


@given(st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=12))
def test_the_first_form_of_an_address_is_its_one_form(label: str) -> None:
    try:
        kept = canonical_address(f"u@{label}.example")
    except ValueError:
        return
    assert address_forms(kept)[0] == kept
    assert address_forms(address_forms(kept)[-1]) == address_forms(kept)


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_typed_is_one_address_or_none(local: str, domain: str) -> None:
    try:
        kept = canonical_address(f"{local}@{domain}")
    except ValueError:
        return
    assert kept.isascii()
    assert canonical_address(kept) == kept
