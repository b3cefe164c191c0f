"""Roles, passwords, and what a refresh token's place in its family means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import rules
from shared.kernel.declare import PUBLIC, Http
from shared.kernel.registry import functions

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.covers("S-P-06", "S-P-07")
def test_a_role_grants_its_permissions_and_roles_add_up():
    assert "live:create" not in rules.permissions({"viewer"})
    assert {"live:watch", "live:create"} <= rules.permissions({"viewer", "creator"})
    assert {"identity:suspend", "live:create"} <= rules.permissions({"admin"})
    assert "identity:suspend" not in rules.permissions({"viewer", "creator", "moderator"})


def test_a_role_within_a_tenant_grants_nothing_outside_it():
    held = rules.permissions({rules.grant("admin", "ten_1")})
    assert "identity:suspend@ten_1" in held
    assert not held & rules.permissions({"admin"})


def test_a_grant_of_a_role_that_no_longer_exists_grants_nothing():
    assert rules.permissions({"wizard", "wizard@ten_1"}) == frozenset()


@pytest.mark.parametrize(
    ("grants", "role"),
    [
        (set(), "VIEWER"),
        ({"viewer"}, "VIEWER"),
        ({"viewer", "creator"}, "CREATOR"),
        ({"viewer", "creator", "moderator"}, "MODERATOR"),
        ({"viewer", "admin", "creator"}, "ADMIN"),
        ({"viewer", "admin@ten_1"}, "VIEWER"),
    ],
)
def test_a_token_names_the_highest_global_role(grants, role):
    assert rules.highest(grants) == role


def test_every_permission_that_an_endpoint_demands_is_granted_by_a_role():
    demanded = {f.declaration.trigger.allow for f in functions() if isinstance(f.declaration.trigger, Http)}
    assert demanded - {PUBLIC} <= rules.permissions(rules.ROLES)


@pytest.mark.covers("S-P-13")
@pytest.mark.parametrize(
    ("password", "problems"),
    [
        ("Deep-water-7", 0),
        ("Déjà vu 8", 0),
        ("Short-7", 1),
        ("A" * 126 + "-7", 0),
        ("A" * 127 + "-7", 1),
        ("deep-water-7", 1),
        ("Deep-water", 1),
        ("Deepwater7", 1),
        ("", 4),
    ],
)
def test_a_password_has_length_uppercase_digit_and_special_character(password, problems):
    assert len(rules.password_problems(password)) == problems


@pytest.mark.covers("X-P-27")
@pytest.mark.parametrize(
    "password", ["Password1!", "P@ssw0rd", "P@$$w0rd2026", "!Welcome123", "Qwerty123!", "1qaz@WSX", "Iloveyou#1"]
)
def test_commonly_leaked_passwords_are_refused_also_in_disguise(password):
    assert any("guess" in problem for problem in rules.password_problems(password))


@given(present=st.integers(1, 10**6), back=st.integers(0, 50), after=st.timedeltas(timedelta(0), timedelta(days=40)))
def test_only_the_live_token_moves_on_and_only_the_one_before_repeats_for_ten_seconds(present, back, after):
    use = rules.use_of(present - back, present=present, rotated_at=NOW, now=NOW + after)
    if back == 0:
        assert use is rules.Use.ROTATE
    elif back == 1 and after <= timedelta(seconds=10):
        assert use is rules.Use.REPEAT
    else:
        assert use is rules.Use.REUSED
