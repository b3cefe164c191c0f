"""Segments of text messages, at every edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.templates.segments import size


@pytest.mark.covers("X-A-43")
@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("ñ" * 160, "GSM-7", 160, 1),
        ("ë", "UCS-2", 1, 1),
        ("ç", "UCS-2", 1, 1),
        ("ë" * 70, "UCS-2", 70, 1),
        ("ë" * 71, "UCS-2", 71, 2),
        ("ë" * 134, "UCS-2", 134, 2),
        ("ë" * 135, "UCS-2", 135, 3),
        ("💪" * 35, "UCS-2", 70, 1),
        ("💪" * 36, "UCS-2", 72, 2),
        ("a" * 159 + "💪", "UCS-2", 161, 3),
    ],
)
def test_the_size_of_a_text(text, encoding, units, segments):
    found = size(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


def test_no_character_is_split_between_two_segments():
    # 152 septets leave one free, which an escaped character does not fit into: it begins the next segment.
    assert size(("a" * 152 + "€") * 2).segments == 3
    assert size("a" * 306).segments == 2
    # 66 units leave one free, which half of an emoji does not fit into.
    assert size(("ë" * 66 + "💪") * 2).segments == 3


@given(st.text(max_size=800))
def test_segments_hold_the_text_and_no_more(text):
    found = size(text)
    single, part = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    if found.segments == 1:
        assert found.units <= single
    else:
        assert found.units > single
        assert found.units <= found.segments * part
        assert found.units > (found.segments - 1) * (part - 1)


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_longer_text_never_needs_fewer_segments(text, more):
    assert size(text + more).segments >= size(text).segments
