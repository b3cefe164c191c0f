"""Phone numbers are kept in one form, and what is no person's is refused."""

import pytest

from shared.kernel.errors import ValidationFailed
from shared.messaging import phones


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
