"""What a reply means for an address: which matter it answers, or what else follows from it (X-A-27). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.messaging.conversation_items import Kind
from shared.messaging.events import Answer
from shared.messaging.inbound.answers import Sense
from shared.messaging.inbound.keywords import Reading

ANSWERS: dict[int, Answer] = {1: "ACCEPTED", 2: "DONE", 3: "CANNOT"}
"""What a partner answers an ask with (X-A-13)."""

MEANT: Mapping[Kind, Mapping[Sense, Answer]] = {
    "CONSENT": {"YES": "YES", "WILL_DO": "YES", "NO": "NO", "CANNOT": "NO"},
    "ASK": {"YES": "ACCEPTED", "WILL_DO": "ACCEPTED", "DONE": "DONE", "NO": "CANNOT", "CANNOT": "CANNOT"},
    "NOTICE": {},
}
"""What an answer in ordinary words means, by what was asked; what is not here is unclear."""

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
        name: of that user, in the words of a reading.
    """

    kind: Kind
    recipient_id: str
    subject_id: str | None
    sent_at: datetime
    answer: str | None = None
    name: str = ""


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

    what: Literal["STOP", "START", "HELP", "WHO", "WRONG_NUMBER", "REVIEW", "LATE"]


@dataclass(frozen=True, slots=True)
class Answered:
    """Matters were answered: one, or all that we asked about."""

    matters: tuple[Matter, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Which:
    """It is not clear whose matter was answered: ask, with a number for each."""

    matters: tuple[Matter, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Wrote:
    """Somebody wrote in own words.

    Attributes:
        matter: what it is noted on.
        waits: that matter waits for an answer, and this was none.
        asks: it asks us something.
        refuses: it says no, and nothing was asked.
    """

    matter: Matter
    waits: bool = False
    asks: bool = False
    refuses: bool = False


Meaning = Do | Answered | Which | Wrote


def route(reading: Reading, matters: Sequence[Matter], asked: Asked | None) -> Meaning:
    """Return what a reply means for the matters that are open for its address."""
    matters = _standing(matters)
    picked = _picked(reading, matters, asked)
    if picked:
        return picked
    match reading.keyword:
        case "STOP" | "START" | "HELP" | "WRONG_NUMBER" as word:
            return Do(word)
        case "YES" | "NO" as word:
            found = _to_request(word, matters) or _in_words(reading.sense, matters)
            return found or (Do("START") if word == "YES" and not matters else _noted(reading, matters))
        case None if reading.number is not None:
            return _by_number(reading.number, reading.sense, matters) or _noted(reading, matters)
        case None:
            found = _in_words(reading.sense, matters)
            return found or (Do("REVIEW") if reading.revokes else _noted(reading, matters))


def _standing(matters: Sequence[Matter]) -> list[Matter]:
    """Return the matters without requests for consent that were followed by what only goes to who agreed.

    Whoever agreed on their page leaves the request unanswered: a later "no" is about what they were sent since.
    """
    latest: dict[str, datetime] = {}
    for one in matters:
        if one.kind != "CONSENT":
            latest[one.recipient_id] = max(one.sent_at, latest.get(one.recipient_id, one.sent_at))
    return [one for one in matters if one.kind != "CONSENT" or latest.get(one.recipient_id, one.sent_at) <= one.sent_at]


def _to_request(word: Literal["YES", "NO"], matters: Sequence[Matter]) -> Answered | Which | None:
    """Return which request a bare YES or NO answers, as its text says it may be; none where all are answered."""
    waits = any(one.kind == "CONSENT" and one.answer is None for one in matters)
    return _answer(word, "CONSENT", matters) if waits else None


def _picked(reading: Reading, matters: Sequence[Matter], asked: Asked | None) -> Answered | None:
    """Return what was meant where we asked: a number, a name, or both."""
    if asked is None:
        return None
    open_ones = {matter.recipient_id: matter for matter in matters if matter.kind == asked.kind}
    meant = tuple(
        open_ones[one] for one in asked.choices if one in open_ones and _is_meant(reading, asked, open_ones[one])
    )
    return Answered(meant, asked.answer) if meant and (len(meant) == 1 or _takes_all(reading, asked)) else None


def _takes_all(reading: Reading, asked: Asked) -> bool:
    """Tell whether a reply picks everything that we asked about: in words, or by the number after the last."""
    return reading.sense == "BOTH" or (reading.sense is None and reading.number == len(asked.choices) + 1)


def _is_meant(reading: Reading, asked: Asked, matter: Matter) -> bool:
    """Tell whether a reply picks a matter that we asked about."""
    if _takes_all(reading, asked):
        return True
    if reading.sense is not None:
        return False
    if reading.number is not None:
        return reading.number == asked.choices.index(matter.recipient_id) + 1
    return bool(matter.name) and matter.name == reading.words


def _by_number(number: int, sense: Sense | None, matters: Sequence[Matter]) -> Answered | Which | None:
    """Return what a number answers; words after it have to say the same."""
    answer = ANSWERS.get(number)
    if answer is None or (sense is not None and MEANT["ASK"].get(sense) != answer):
        return None
    return _answer(answer, "ASK", matters)


def _in_words(sense: Sense | None, matters: Sequence[Matter]) -> Answered | Which | None:
    """Return what ordinary words answer: of two kinds of question the one that was asked last.

    Consent that was given is taken back by a no alone, and only as long as nothing else was sent since.
    """
    if sense is None:
        return None
    answerable = [matter for matter in matters if sense in MEANT[matter.kind]]
    waiting = [matter for matter in answerable if matter.answer not in _LAST]
    waiting = waiting or [one for one in answerable if one.kind == "ASK" or _may_change(one, sense, matters)]
    if not waiting:
        return None
    kind = max(waiting, key=lambda matter: matter.sent_at).kind
    return _answer(MEANT[kind][sense], kind, matters)


def _may_change(matter: Matter, sense: Sense, matters: Sequence[Matter]) -> bool:
    return sense in {"YES", "NO"} and matter.sent_at == max(one.sent_at for one in matters)


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
    return Answered(found, answer) if len(found) == 1 else Which(found, answer)


def _noted(reading: Reading, matters: Sequence[Matter]) -> Wrote | Do:
    """Return on which matter own words are noted: the latest that waits for an answer, else the latest of all."""
    if not matters:
        return Do("WHO" if reading.asks else "LATE")
    waiting = [matter for matter in matters if matter.kind != "NOTICE" and matter.answer is None]
    latest = max(waiting or matters, key=lambda matter: matter.sent_at)
    refuses = not waiting and reading.sense in {"NO", "CANNOT"}
    return Wrote(latest, waits=bool(waiting), asks=reading.asks, refuses=refuses)
