"""Argon2id hashes."""

import pytest
from argon2 import PasswordHasher

from shared.kernel.security import passwords


@pytest.mark.covers("S-P-08", "X-P-28")
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
    assert not passwords.outdated(passwords.NOBODYS)
    assert not passwords.verify_password(passwords.NOBODYS, "Deep-water-7")


def test_a_hash_with_weaker_parameters_is_outdated():
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"))
