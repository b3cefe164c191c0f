"""What a partner wrote back, as far as their user may read it.

A clear answer stands word by word on the closed lists, so it says nothing but the answer, and is quoted. Own words are
quoted only where the partner chose so on their page; else they are for the team alone.
"""

from collections.abc import Callable

from shared import messaging
from shared.accountability.team.items import Partner

MOST = 300
"""Characters that are quoted."""


def quoted(event: messaging.events.ReplyReceived, writer: Callable[[], Partner | None]) -> str:
    """Return what a reply says, empty where there is nothing that the user may read. One read.

    ``writer`` is asked for own words alone. The function needs ``touches=[messaging.access.READ_DIRECTORY]``.
    """
    is_clear = event.answer != "TEXT" and not event.reply_id.endswith(messaging.evidence.DECIDED)
    if not is_clear and not ((partner := writer()) and partner.shows_words):
        return ""
    wrote = messaging.evidence.written(event.message_id, event.reply_id)
    # Whoever picks a number has said it in no words.
    if wrote is None or not any(sign.isalpha() or not sign.isascii() for sign in wrote.text):
        return ""
    words = " ".join(wrote.text.split())
    return words[:MOST] + ("…" if len(words) > MOST else "")
