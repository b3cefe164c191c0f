"""Phone numbers are kept in one form, and what is no person's is refused."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import ValidationFailed
from shared.messaging import phones
from shared.messaging.items import address_hash, address_hashes


@pytest.mark.covers("S-A-53", "X-A-34")
@pytest.mark.parametrize(
    ("written", "region", "kept"),
    [
        ("+1 (212) 555-0123", None, "+12125550123"),
        ("+1.212.555.0123", None, "+12125550123"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+977 984-1234567", None, "+9779841234567"),
        ("07911 123456", "GB", "+447911123456"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
    ],
)
def test_numbers_are_kept_in_e164(written, region, kept):
    assert phones.parse(written, field="phone", region=region) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hello",
        "2125550123",
        "+1",
        "+1 212",
        "+999 123456789",
        "+1 212 555 0123 ext. 7",
        "+1 800 555 0123",
        "+1 900 555 0123",
        "911",
        "+" + "1" * 200,
        "+1212555012٣x",
        "tel:+12125550123;phone-context=evil",
    ],
)
def test_what_is_no_persons_number_is_refused_naming_the_field(written):
    with pytest.raises(ValidationFailed) as refused:
        phones.parse(written, field="contact.phone")
    assert [field for field, _ in refused.value.details] == ["contact.phone"]


def test_a_landline_takes_no_texts():
    assert not phones.describe("+442079460018").texts
    assert phones.describe("+447911123456").texts
    assert phones.describe("+12125550123").texts


@pytest.mark.covers("X-A-37")
def test_a_number_tells_its_country_block_and_zones():
    new_york = phones.describe("+12125550123")
    assert (new_york.country, new_york.prefix, new_york.area_code) == ("US", "+1212555", 212)
    assert new_york.zones == ("America/New_York",)
    kathmandu = phones.describe("+9779841234567")
    assert (kathmandu.country, kathmandu.area_code) == ("NP", None)
    assert kathmandu.zones == ("Asia/Katmandu",)
    assert phones.describe("+88216123456").zones == ()


_TWO_FORMS = [
    ("+5541987654321", "+554187654321"),
    ("+525512345678", "+5215512345678"),
    ("+5491123456789", "+541123456789"),
]


@pytest.mark.covers("X-A-05")
@pytest.mark.parametrize(("kept", "other"), _TWO_FORMS)
def test_whoever_whatsapp_knows_under_another_number_is_the_same_person(kept, other):
    assert phones.forms(kept) == phones.forms(other) == (kept, other)
    assert address_hashes(kept) == address_hashes(other)
    assert address_hash(kept) == hashlib.sha256(kept.encode()).hexdigest()


@pytest.mark.parametrize(
    "number",
    [
        "+554132654321",  # a landline in Brazil, which has eight digits for good
        "+554121654321",
        "+5541912345678",  # a mobile number that never had eight
        "+551132654321",
        "+12125550123",
        "+447911123456",
        "+541",
        "+52155123456789",
        "ann@example.com",
    ],
)
def test_everybody_else_is_known_by_one_number(number):
    assert phones.forms(number) == (number,)


def test_a_landline_in_brazil_gains_no_nine():
    assert address_hash("+554132654321") != address_hash("+5541932654321")


@given(st.from_regex(r"\+5[245][0-9]{8,12}", fullmatch=True))
def test_a_person_has_the_same_forms_by_whichever_number_they_are_known(number):
    known = phones.forms(number)
    assert number in known
    assert all(phones.forms(form) == known for form in known)


@given(
    st.from_regex(r"\+55[1-9]{2}[2-5][0-9]{7}", fullmatch=True), st.from_regex(r"\+5[245][0-9]{8,12}", fullmatch=True)
)
def test_no_landline_of_brazil_is_anybody_elses(landline, other):
    assert landline == other or not set(phones.forms(landline)) & set(phones.forms(other))


@given(st.from_regex(r"\+54[1-3][0-9]{9}", fullmatch=True), st.from_regex(r"\+54[1-3][0-9]{9}", fullmatch=True))
def test_two_landlines_of_argentina_are_two(first, second):
    assert first == second or not set(phones.forms(first)) & set(phones.forms(second))
