"""Phone numbers are kept in one form, and what is no person's is refused."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import ValidationFailed
from shared.messaging import phones
from shared.messaging.items import address_hash, address_hashes
from tests import environment


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


@pytest.mark.covers("X-A-04")
@pytest.mark.parametrize(
    "number",
    [
        "+88216123456",
        "+881612345678",
        "+870773111632",
        "+883510000000",
        "+979123456789",
        "+80012345678",
        "+80812345678",
        "+447012345678",
        "+15005550001",
        "+19005550123",
        "+18005550123",
        "+448712345678",
        "+443001234567",
    ],
)
def test_satellites_services_and_numbers_that_cost_by_the_minute_are_no_persons(number):
    with pytest.raises(ValidationFailed) as refused:
        phones.parse(number, field="phone")
    assert [field for field, _ in refused.value.details] == ["phone"]
    assert not (phones.describe(number).personal and phones.describe(number).reached)


@pytest.mark.covers("X-A-04")
@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+5355123456", "Cuba"),
        ("+21620123456", "Tunisia"),
        ("+252612345678", "Somalia"),
        ("+8501921234567", "North Korea"),
        ("+261321234567", "Madagascar"),
        ("+18765551234", "Jamaica"),
        ("+14734031234", "Grenada"),
        ("+5491123456789", "Argentina"),
    ],
)
def test_a_country_that_we_do_not_write_to_is_named_at_the_field(number, country):
    with pytest.raises(ValidationFailed) as refused:
        phones.reachable(number, field="phone", otherwise="; name them with an e-mail address")
    said = f"We cannot text or call numbers in {country} yet; name them with an e-mail address"
    assert list(refused.value.details) == [("phone", said)]


def test_the_countries_are_the_stages_own(monkeypatch):
    monkeypatch.setenv("WELLSPRING_TEXT_COUNTRIES", "CU JM")
    environment.read_anew()
    assert phones.reachable("+5355123456", field="phone") == "+5355123456"
    with pytest.raises(ValidationFailed):
        phones.reachable("+12125550123", field="phone")


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


@pytest.fixture(autouse=True)
def _stage(monkeypatch):
    monkeypatch.setenv("WELLSPRING_STAGE", "test")
    environment.read_anew()
    yield
    environment.read_anew()


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
