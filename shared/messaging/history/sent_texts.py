"""What messages said, for the user whose matter they were about: without the part of a link that lets its reader in."""

import re
from collections.abc import Mapping, Sequence

from shared.kernel.storage import reads
from shared.messaging.message_items import Attempt, Message, attempt_sk, message_pk
from shared.messaging.templates.variables import SecretLink, kept


def words_said(message_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the words of the first attempt of each of up to 50 messages; those that never left are left out.

    One call. The function needs ``touches=[messaging.access.READ_SAID]``.
    """
    keys = [
        key
        for message_id in message_ids
        for key in (
            (Message, message_pk(message_id), Message.SK),
            (Attempt, message_pk(message_id), attempt_sk(1)),
        )
    ]
    found = reads.get_many(keys) if keys else []
    pairs = zip(message_ids, found[::2], found[1::2], strict=True)
    return {
        message_id: _without_tokens(attempt.text, message)
        for message_id, message, attempt in pairs
        if message is not None and attempt is not None and attempt.text
    }


def _without_tokens(text: str, message: Message) -> str:
    for value in kept(message.variables).values():
        if isinstance(value, SecretLink):
            text = re.sub(re.escape(value.address) + r"\S*", "…", text)
    return text
