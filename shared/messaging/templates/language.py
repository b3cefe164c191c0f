"""What a language says in its own way, whatever the template: dates, lists of channels, a goal without a title."""

import datetime as dt
import json
from dataclasses import dataclass

TABLE = "language"
"""Name of the table in a language's file that holds all this."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        name: what it calls itself.
        voice: how a provider of calls names it.
        days: of the week, from Monday.
        months: from January.
        date: pattern with ``{day}``, ``{number}`` and ``{month}``.
        full_date: pattern with ``{number}``, ``{month}`` and ``{year}``.
        goal: stands for a goal whose title is not for the reader.
        conjunction: between the last two of a list.
        nameless: what stands for a name that shows nothing, by variable.
        ways: channels, as people call them.
        ending: what a text says that tells how to end them.
        choice: pattern with ``{number}`` and ``{name}``: which number means whom.
        both: pattern with ``{number}``: which one means the two of them.
        all: the same where they are more.
        plain_texts: text messages go without the accents that their alphabet does not have.
    """

    name: str
    voice: str
    days: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    full_date: str
    goal: str
    conjunction: str
    nameless: dict[str, str]
    ways: dict[str, str]
    ending: str
    choice: str
    both: str
    all: str
    plain_texts: bool

    def day(self, value: str) -> str:
        """Return a date as it is said, true whenever it is read (D-26): ``Saturday 22 November``.

        Anything but a date in ISO 8601 stays as it is.
        """
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            return value
        day, month = self.days[found.weekday()], self.months[found.month - 1]
        return self.date.format(day=day, number=found.day, month=month)

    def dated(self, day: dt.date) -> str:
        """Return a date with its year: ``22 November 2025``."""
        return self.full_date.format(number=day.day, month=self.months[day.month - 1], year=day.year)

    def title(self, value: str) -> str:
        """Return a goal's title in quotes (D-52), or what stands for it."""
        return f'"{value}"' if value else self.goal

    def channels(self, value: str) -> str:
        """Return channels, given as ``SMS,VOICE``, as a list in words."""
        words = [self.ways.get(one, one) for one in value.split(",")]
        return f" {self.conjunction} ".join(filter(None, (", ".join(words[:-1]), words[-1])))

    def choices(self, value: str) -> str:
        """Return which number means whom, for names given as a list in JSON; anything else stays as it is."""
        try:
            names = [name or self.nameless["user_name"] for name in json.loads(value)]
        except ValueError:
            return value
        every = self.both if len(names) == 2 else self.all
        each = [self.choice.format(number=number, name=name) for number, name in enumerate(names, 1)]
        return ", ".join([*each, every.format(number=len(names) + 1)])


def of_table(table: dict[str, object]) -> Language:
    """Return the language that a file's table describes."""
    fields = dict(table) | {"conjunction": table["and"]}
    del fields["and"]
    return Language(**fields)  # type: ignore[arg-type]
