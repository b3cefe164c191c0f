"""Cursors: opaque, signed, bound to one list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import cursors

KEYS = st.dictionaries(st.text(max_size=8), st.dictionaries(st.sampled_from("SN"), st.text(max_size=20)), max_size=3)


@pytest.fixture(autouse=True, scope="module")
def _secret() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cursors, "secret", lambda name: f"the secret of {name}")
        yield


@pytest.mark.covers("X-P-04")
@given(KEYS)
def test_a_cursor_leads_back_to_its_key(key: dict[str, object]) -> None:
    assert cursors.decode("list", cursors.encode("list", key)) == key


def test_the_end_is_no_cursor() -> None:
    assert cursors.encode("list", None) is None
    assert cursors.decode("list", None) is None


@pytest.mark.covers("X-P-04")
@given(KEYS, st.data())
def test_a_changed_cursor_is_refused(key: dict[str, object], data: st.DataObject) -> None:
    cursor = cursors.encode("list", key) or ""
    position = data.draw(st.integers(0, len(cursor) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda character: character != cursor[position]))
    with pytest.raises(cursors.BadCursor):
        cursors.decode("list", cursor[:position] + other + cursor[position + 1 :])


@given(KEYS)
def test_a_cursor_of_another_list_is_refused(key: dict[str, object]) -> None:
    with pytest.raises(cursors.BadCursor) as refused:
        cursors.decode("other", cursors.encode("list", key))
    assert refused.value.details == (("cursor", "The cursor does not belong to this list."),)


@given(st.text(max_size=60))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(cursors.BadCursor):
        cursors.decode("list", text)
