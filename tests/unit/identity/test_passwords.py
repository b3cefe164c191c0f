"""Argon2id hashes."""

import sys

import pytest
from argon2 import PasswordHasher

from shared.kernel.security import passwords


@pytest.mark.covers("S-P-08", "X-P-28", "S-P-35")
def test_a_hash_confirms_its_password_to_the_last_of_128_characters():
    long = "Deep-water-7" + "x" * 115
    hashed = passwords.hash_password(long + "y")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify_password(hashed, long + "y")
    assert not passwords.verify_password(hashed, long + "z")
    assert not passwords.verify_password(hashed, long)


def test_equal_passwords_have_different_hashes():
    assert passwords.hash_password("Deep-water-7") != passwords.hash_password("Deep-water-7")


def test_nobodys_hash_has_todays_parameters_and_no_password():
    assert not passwords.outdated(passwords.NOBODYS, "x")
    assert not passwords.verify_password(passwords.NOBODYS, "Deep-water-7")


def test_a_hash_with_weaker_parameters_is_outdated():
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"), "x")


COMPOSED, DECOMPOSED = "Caf\u00e9-Water-7", "Cafe\u0301-Water-7"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Deep water 7!", "Deep water 7!"),
        (DECOMPOSED, COMPOSED),
        ("Deep\u00a0water\u30007", "Deep water 7"),
        ("\uff24eep", "\uff24eep"),
        ("STRASSE stra\u00dfe", "STRASSE stra\u00dfe"),
        ("\u2126mega", "\u03a9mega"),
    ],
)
def test_passwords_are_prepared_without_folding_case_or_width(typed, kept):
    assert passwords.prepared(typed) == kept
    assert passwords.prepared(kept) == kept


@pytest.mark.parametrize("typed", ["", "Deep\u200bwater-7", "Deep\x00water-7", "Deep\nwater-7", "Deep\ud800"])
def test_what_nobody_can_type_again_is_no_password(typed):
    with pytest.raises(passwords.Unusable):
        passwords.prepared(typed)


def test_a_password_is_right_however_its_letters_were_composed():
    hashed = passwords.hash_password(DECOMPOSED)
    assert passwords.verify_password(hashed, COMPOSED)
    assert passwords.verify_password(hashed, DECOMPOSED)
    assert not passwords.outdated(hashed, DECOMPOSED)


@pytest.mark.parametrize("typed", [DECOMPOSED, "Deep\u200bwater-7"])
def test_a_hash_of_what_was_typed_before_preparation_is_right_and_outdated_where_there_is_a_better_form(typed):
    old = PasswordHasher(passwords.PASSES, passwords.MEMORY_KIB, passwords.LANES).hash(typed)
    assert passwords.verify_password(old, typed)
    assert not passwords.verify_password(old, typed + "x")
    assert passwords.outdated(old, typed) is (typed == DECOMPOSED)


def test_plain_passwords_load_no_tables(monkeypatch):
    monkeypatch.setitem(sys.modules, "precis_i18n", None)
    assert passwords.prepared("Deep-water-7") == "Deep-water-7"
