"""What partners are told, word for word, and how lives about days begin; shared by the lives."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import requests

from infra.local.client import TIMEOUT_SECONDS
from infra.local.journeys.pages import fields_of, landing, submit
from tests.stack.village import SOON, Moments, Person, User, Village, plain

GOAL = "Morning run"
REPLY = "\nReply 1: I'll check in, 2: done, 3: I can't."
PAGE = "\n\nTell us whether you can:\n\nLINK"
NETWORK = "You're part of their Social Accountability Network - thanks for supporting their success!"

Frequency = str | Mapping[str, object]


def begins(village: Village, name: str, frequency: Frequency = "daily", **profile: Any) -> User:
    """Register somebody in New York who sets a goal and logs its first day."""
    user = village.user(name, **profile)
    user.sets_a_goal(GOAL, frequency)
    user.logs()
    return user


def page_of(link: str) -> tuple[str, str]:
    """Return the address of the page that a link leads to, and the page."""
    address = landing(link)
    return address, requests.get(address, timeout=TIMEOUT_SECONDS).text


def agrees(user: User, person: Person, *ways: str, way: str = "", **wished: str) -> Moments:
    """Somebody is asked in so many words, agrees by text or on their page, and begins to listen.

    Args:
        user: whose partner they are to be.
        person: who.
        ways: what they choose on the page, by first, second, third and fourth choice.
        way: how the request says that they are reached.
        wished: other fields of the page.
    """
    yield SOON
    request = request_of(user, person, way or ("e-mail" if "@" in person.address else "text"))
    address, page = page_of(person.link())
    assert "at most once a day and 3 times a week, and once more after a whole week" in page
    if "@" in person.address:
        assert heads(person) == [request + "\n\nAgree or decline on your page:\n\nLINK\n\n" + NOTHING]
        chosen = dict(zip(("first", "second", "third", "fourth"), ways or ("EMAIL",), strict=False))
        answer = submit(address, fields_of(page, "accept") | chosen | wished)
        assert "You are part of the team now" in answer.text
        yield SOON
    else:
        assert plain(person.words()) == [request]
        person.writes("YES")
        yield SOON
        assert plain(person.words()) == [request, thanks(user)]
    assert user.sees(person)["status"] == "ACTIVE"
    person.got.clear()


NOTHING = "If you do nothing, you will get at most two reminders from us, and nothing else. You can end it at any time."


PROMISED = 6
"""How often in a week somebody hears from us at most, as every request says."""


def request_of(user: User, person: Person, way: str) -> str:
    """Return the request for consent, of a mail without what follows."""
    begin = f"Hi {person.name}, this is Dataday. {user.name} asks for your support with their goals. May we "
    if "@" in person.address:
        return f"{begin}contact you by {way} when they miss days or reach a milestone? At most {PROMISED} times a week."
    return (
        f"{begin}reach you by {way}, at most {PROMISED} times a week? Reply YES or NO, or see LINK Reply STOP to end, "
        "HELP for help. Msg&data rates may apply."
    )


def thanks(user: User) -> str:
    """Return what somebody hears who agreed by text."""
    return (
        f"Thanks! You're now supporting {user.name}. Dataday will write only when days are missed, something went "
        f"well or {user.name} sends word. Reply STOP anytime."
    )


def heads(person: Person, *channels: str) -> list[str]:
    """Return what somebody got, of mails without what stands below them, as it can be compared."""
    return [text.partition("\n\n-- \n")[0] for text in plain(person.words(*channels))]


def day_1(user: User, person: Person, *, guided: bool = False, spoken: bool = False) -> str:
    """Return the notice of a first missed day."""
    done = " We're following up with them directly." if guided else ""
    end = " You need not do anything now." if spoken else " \N{FLEXED BICEPS}"
    return f'Hi {person.name}, this is Dataday. {user.name} missed logging their "{GOAL}" on DAY.{done} {NETWORK}{end}'


def day_2(user: User, person: Person, end: str = REPLY) -> str:
    """Return the ask of a second missed day."""
    return (
        f'Hi {person.name}, this is Dataday. {user.name} hasn\'t logged their "{GOAL}" progress for 2 days. Could '
        f"you check in with them? Thanks for being part of their support team!{end}"
    )


def day_n(user: User, person: Person, days: int, end: str = REPLY) -> str:
    """Return the ask of a third to sixth missed day."""
    return (
        f'Hi {person.name}, this is Dataday. {user.name} still hasn\'t logged their "{GOAL}" progress ({days} days '
        f"now). A quick call or text from you could really help. Thanks for caring about their success!{end}"
    )


def seldom(user: User, person: Person) -> list[str]:
    """Return what somebody gets of a goal that owes no days that follow each other: the notice, and each ask."""
    planned = f'Hi {person.name}, this is Dataday. {user.name} has logged their "{GOAL}" less often than planned. '
    still = planned.replace("has logged", "still logs")
    return [
        f"{planned}{NETWORK} \N{FLEXED BICEPS}",
        f"{planned}Could you check in with them? Thanks for being part of their support team!{REPLY}",
        *[f"{still}A quick call or text from you could really help. Thanks for caring about their success!{REPLY}"] * 2,
    ]


def week(user: User, person: Person, end: str = REPLY) -> str:
    """Return the ask of a whole week."""
    return (
        f'Hi {person.name}, this is Dataday. {user.name} hasn\'t been tracking their "{GOAL}" for a week. As '
        "someone important to them, your support could make a real difference. Could you reach out? We're here to "
        f"help them succeed, and you're a key part of that.{end}"
    )


def all_clear(user: User, person: Person) -> str:
    """Return what somebody hears once there is a log again."""
    return (
        f'Hi {person.name}, this is Dataday. {user.name} has logged their "{GOAL}" again. You need not check in '
        "about the missed days any more. Thank you for being there!"
    )


def mornings(village: Village, first: int, last: int) -> Moments:
    """Live through mornings: partners' hours begin, and what waited for a day to be full has left."""
    for day in range(first, last + 1):
        yield village.at(day, 8, 30)
        yield village.at(day, 10)


def date_of(village: Village, day: int) -> str:
    """Return a date by the number of its day."""
    return (village.first_day + timedelta(days=day)).isoformat()


def name_of(village: Village, day: int) -> str:
    """Return a day as messages name it, e.g. ``Sunday 29 November``."""
    date = village.first_day + timedelta(days=day)
    return f"{date:%A} {date.day} {date:%B}"


def moments(person: Person) -> list[datetime]:
    """Return when somebody was contacted: a text and its call within a minute are one contact."""
    found: list[datetime] = []
    for entry in person.got:
        at = datetime.fromisoformat(entry["at"])
        if entry["channel"] != "voice" or not found or at - found[-1] > timedelta(minutes=1):
            found.append(at)
    return found


def most_within(instants: list[datetime], window: timedelta) -> int:
    """Return how many of these lie in the fullest window of a length."""
    return max(sum(first <= at < first + window for at in instants) for first in instants)


def nothing_twice(person: Person) -> bool:
    """Tell whether each message says who writes, and none says the same as the one before within a minute."""
    named = all("Dataday" in text for text in person.words())
    repeated = [
        later["words"]
        for earlier, later in pairwise(person.got)
        if later["words"] == earlier["words"]
        and datetime.fromisoformat(later["at"]) - datetime.fromisoformat(earlier["at"]) < timedelta(minutes=1)
    ]
    return named and not repeated
