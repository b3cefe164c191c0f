"""Forecasts: what would become of messages that nobody asked for, by the gate's own judgement (X-A-49)."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from shared.messaging import facts, gate
from shared.messaging.channels import Channel
from shared.messaging.counters import Counter
from shared.messaging.facts import Known
from shared.messaging.gate import Block, Count, Defer, Facts, Send
from shared.messaging.requests import MessageRequest, unsent
from shared.messaging.worded import WindowClosed, worded
from shared.messaging.words import NoWords

TURNS = 12
"""How often a message may wait anew, or turn to its next channel, before the forecast gives up."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of a message.

    Attributes:
        at: when it would leave; ``None`` where it would not.
        channel: by which channel.
        words: what it would say.
        reason: why it would not leave.
    """

    at: datetime | None = None
    channel: Channel | None = None
    words: str | None = None
    reason: str | None = None


class Outlook:
    """What would become of one message after another: each that would leave counts against the caps of the next."""

    def __init__(self) -> None:
        """Begin with what was really sent."""
        self._sends: dict[Counter, list[datetime]] = defaultdict(list)

    def forecast(self, wanted: MessageRequest, *, at: datetime) -> Forecast:
        """Return what would become of a message asked for at an instant, as things stand now.

        Three reads, two more where it would wait and the person wrote by WhatsApp; no write. Budgets are not counted.
        The function needs ``touches=[messaging.access.FORECAST, messaging.access.READ_WORDS]``, ``layers=["text"]`` and
        the settings of one that sends.
        """
        known = facts.read(unsent(wanted, now=at), at)
        asked = self._facts(known)
        for _ in range(TURNS):
            match gate.decide(asked):
                case Send(way=way):
                    try:
                        said = worded(known, way, now=asked.now)
                    except (NoWords, WindowClosed) as trouble:
                        found = "WHATSAPP_WINDOW" if isinstance(trouble, WindowClosed) else "TEMPLATE"
                        asked = replace(asked, found={**asked.found, way.channel: found})
                        continue
                    for counter in known.counters:
                        self._sends[counter].append(asked.now)
                    return Forecast(asked.now, way.channel, said.text)
                case Defer(until=until):
                    if any(way.conversation for way in asked.ways):
                        # By then the conversation may be over.
                        known = facts.read(known.message, until)
                        asked = self._facts(known)
                    asked = replace(asked, now=until)
                case Block(reason=reason):
                    return Forecast(reason=reason)
        return Forecast(reason="DEFERRED")

    def _facts(self, known: Known) -> Facts:
        counted = zip(known.counters, known.facts.counts, strict=True)
        counts = tuple(Count(count.caps, (*count.sends, *self._sends[counter])) for counter, count in counted)
        return replace(known.facts, counts=counts)
