"""What readers could take for a web address: disguises are seen through, and what people write is left alone."""

# ruff: noqa: RUF001 - disguises are what it is about

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.text.links import is_linked, judged, unlinked, without_links

DISGUISED = [
    "see x.example",
    "http://a",
    "ftp://a",
    "www.x",
    "WWW.X",
    "Dr.Smith",
    "a.co/b",
    "ada@evil.example",
    "evil\u200b.com",
    "\u2192.ws",
    "\u221a.com",
    "\u20ac.com",
    "evil.\u200bcom",
    "e\u202evil.com",
    "evil\u2060.co\u00adm",
    "evil.\u034fcom",
    "evil.\u3164com",
    "evil.c\ufe0fom",
    "evil.\U000e0063com",
    "evil.c\u0301om",
    "evil\uff0ecom",
    "evil\u3002com",
    "evil\uff61com",
    "evil\u2024com",
    "evil\ufe52com",
    "ｅｖｉｌ.ｃｏｍ",
    "𝐞𝐯𝐢𝐥.𝐜𝐨𝐦",
    "ⓔⓥⓘⓛ.ⓒⓞⓜ",
    "evil.भारत",
    "evil.рф",
    "evil.みんな",
    "💩.la",
    "👍🏽.ws/pay",
    "❤️。la",
    "☃｡net",
    "evil。中国",
    "пример.xn--p1ai",
    "xn--e1afmkfd",
    "203.0.113.7/pay",
    "call 203.0.113.7.",
    "203。0。113。7",
    "２０３.０.１１３.７",
    "[2001:db8::1]/pay",
    "[::1]",
    "[2001:db8:0:0:0:0:0:1]",
    "[fe80::1%eth0]",
    "http:\u202e//x",
    "http:\u202e/\u2066/x",
    "http：／／x",
    "hxxp://x",
    "hxxps: x",
]
HARMLESS = [
    "Ada L.",
    "J. R. Hartley",
    "Mr. Smith",
    "O'Neil-Ruiz",
    "O´Neil",
    "I ran 5.2 km",
    "3.5 km?",
    "3.5/10",
    "2½ km, x² + y²",
    "e.g. this",
    "i.e. that, Ph.D. and M.D.",
    "U.S.A.",
    "Run. Now... 1/2",
    "10.30 a.m. today",
    "10:30, [10:30] and 1:02:03",
    "on 12.03.2026",
    "v1.2.3 and/or 50%",
    "$3.50",
    "How was it?! :) [ok]",
    "今日は走った。明日も走る。",
    "오늘 뛰었어요. ㅋㅋㅋ",
    "می‌خواهم بدوم. خوب",
    "आज दौड़ा। कल भी",
    "👩‍💻 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️‍🔥",
    "Déjà vu. Été",
    "Done 💪. On we go ☀️... 5 km 🎉.",
    "跑完了🎉。明天再跑",
]


@pytest.mark.parametrize("text", DISGUISED)
def test_nothing_that_reads_like_a_web_address_greets_a_stranger(text: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        without_links(text)
    assert without_links(unlinked(text)) == unlinked(text) != ""


@pytest.mark.parametrize("text", HARMLESS)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert without_links(text) == unlinked(text) == text


def test_what_was_judged_is_what_is_sent() -> None:
    assert without_links("Ｇｏ…\u200bnow！") == "Go...now!"


@given(st.text(st.sampled_from("ab.:/[]0123456789。．｡\u200b\u202e-xnhtp भारत\u0301w@"), max_size=16))
def test_a_text_without_its_links_has_none(text: str) -> None:
    bare = unlinked(text)
    assert not is_linked(bare)
    assert judged(bare) == bare
