"""Consent: what people agreed to, and the evidence of it (X-A-01, D-01)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.kernel.categories import Channel, Purpose
from shared.kernel.ids import new_id
from shared.kernel.storage.writes import Put, Write
from shared.messaging.items import Consent, Evidence, address_hash, consent_sk, recipient_pk

Kind = Literal["REQUESTED", "GIVEN", "DECLINED", "WITHDRAWN", "EXPIRED"]
Method = Literal["API", "WEB_PAGE", "REPLY", "STAFF", "TIMER"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was asked or said about consent.

    Attributes:
        recipient_id: who.
        kind: what was done.
        purpose: what for.
        channels: on which channels.
        method: how it was said.
        addresses: phone numbers and mail addresses concerned; only their hashes are kept.
        text_version: version of the words that were agreed to, e.g. ``consent.request/en/1``.
        text_hash: SHA-256 of those words as shown.
        network_address: where it was said from.
        user_agent: what it was said with.
        by: the member of staff who wrote it down.
        reply: what somebody wrote, word for word, where it was said by a reply.
        reply_version: of the lists by which those words were read.
    """

    recipient_id: str
    kind: Kind
    purpose: Purpose
    channels: Sequence[Channel]
    method: Method
    addresses: Sequence[str] = ()
    text_version: str | None = None
    text_hash: str | None = None
    network_address: str | None = None
    user_agent: str | None = None
    by: str | None = None
    reply: str | None = None
    reply_version: str | None = None


def stated(statement: Statement, *, now: datetime) -> list[Write]:
    """Return the writes that keep a statement: a line of the ledger and, where it changes, the consent as it stands.

    The function needs ``touches=[messaging.access.ENLIST]``.
    """
    evidence_id, pk = new_id("evd"), recipient_pk(statement.recipient_id)
    channels = [str(channel) for channel in statement.channels]
    evidence = Evidence(
        pk=pk,
        sk=f"EVIDENCE#{evidence_id}",
        recipient_id=statement.recipient_id,
        evidence_id=evidence_id,
        kind=statement.kind,
        purpose=statement.purpose,
        channels=channels,
        addresses=[address_hash(address) for address in statement.addresses],
        text_version=statement.text_version,
        text_hash=statement.text_hash,
        at=now,
        network_address=statement.network_address,
        user_agent=statement.user_agent,
        method=statement.method,
        by=statement.by,
        reply=statement.reply,
        reply_version=statement.reply_version,
    )
    writes: list[Write] = [Put(evidence, condition=Evidence.pk.does_not_exist())]
    if statement.kind == "REQUESTED":
        return writes
    standing = Consent(
        pk=pk,
        sk=consent_sk(statement.purpose),
        recipient_id=statement.recipient_id,
        purpose=statement.purpose,
        given=statement.kind == "GIVEN",
        channels=channels,
        changed_at=now,
        evidence_id=evidence_id,
    )
    return [*writes, Put(standing)]
