"""What a reply means for an address: which matter it answers, or what else follows from it (X-A-27). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.messaging.events import Answer
from shared.messaging.inbound.keywords import Reading

Kind = Literal["CONSENT", "ASK", "NOTICE"]

ANSWERS: dict[int, Answer] = {1: "ACCEPTED", 2: "DONE", 3: "CANNOT"}
"""What a partner answers an ask with (X-A-13)."""

_LAST: frozenset[str | None] = frozenset({"DONE", "CANNOT", "YES", "NO"})


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that an address may answer.

    Attributes:
        kind: CONSENT takes YES or NO, ASK takes 1, 2 or 3; NOTICE awaits nothing, and takes own words alone.
        recipient_id: as whom the address was written to.
        subject_id: the user whose matter it is.
        sent_at: when its latest message went out.
        answer: the latest answer.
    """

    kind: Kind
    recipient_id: str
    subject_id: str | None
    sent_at: datetime
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """We asked whom an answer was about.

    Attributes:
        answer: what was answered.
        kind: of the matters.
        choices: recipients, in the order of their numbers.
    """

    answer: Answer
    kind: Kind
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Do:
    """A keyword that needs no matter, or words that a person has to read."""

    what: Literal["STOP", "START", "HELP", "WRONG_NUMBER", "REVIEW"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A matter was answered."""

    matter: Matter
    answer: Answer


@dataclass(frozen=True, slots=True)
class Which:
    """It is not clear whose matter was answered: ask, with a number for each."""

    matters: tuple[Matter, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing follows."""


Meaning = Do | Answered | Which | Nothing


def route(reading: Reading, matters: Sequence[Matter], asked: Asked | None) -> Meaning:
    """Return what a reply means for the matters that are open for its address."""
    picked = _picked(reading, matters, asked)
    if picked:
        return picked
    match reading.keyword:
        case "STOP" | "START" | "HELP" | "WRONG_NUMBER" as word:
            return Do(word)
        case "YES" | "NO" as word:
            return _answer(word, "CONSENT", matters) or (Do("START") if word == "YES" else _noted(matters))
        case None if reading.number in ANSWERS:
            return _answer(ANSWERS[reading.number], "ASK", matters) or _noted(matters)
        case None:
            return Do("REVIEW") if reading.revokes else _noted(matters)


def _picked(reading: Reading, matters: Sequence[Matter], asked: Asked | None) -> Answered | None:
    if asked is None or reading.number is None or not 0 < reading.number <= len(asked.choices):
        return None
    chosen = asked.choices[reading.number - 1]
    found = [matter for matter in matters if (matter.kind, matter.recipient_id) == (asked.kind, chosen)]
    return Answered(found[0], asked.answer) if found else None


def _answer(answer: Answer, kind: Kind, matters: Sequence[Matter]) -> Answered | Which | None:
    of_kind = [matter for matter in matters if matter.kind == kind]
    # Who said "I will" may still say "done"; what was answered for good takes an answer only where nothing else does.
    waiting = [matter for matter in of_kind if matter.answer not in _LAST and matter.answer != answer] or of_kind
    latest: dict[str, Matter] = {}
    for matter in sorted(waiting, key=lambda matter: matter.sent_at):
        latest[matter.subject_id or matter.recipient_id] = matter
    if not latest:
        return None
    found = tuple(latest.values())
    return Answered(found[0], answer) if len(found) == 1 else Which(found, answer)


def _noted(matters: Sequence[Matter]) -> Answered | Nothing:
    if not matters:
        return Nothing()
    return Answered(max(matters, key=lambda matter: matter.sent_at), "TEXT")
