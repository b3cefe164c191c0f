"""Days that are missed, planned, travelled through and rested, and who hears of them."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from infra.local.client import demo_user
from infra.local.journeys.pages import fields_of, submit
from tests.stack.lives import ways
from tests.stack.lives.said import (
    GOAL,
    PAGE,
    PROMISED,
    REPLY,
    agrees,
    all_clear,
    begins,
    date_of,
    day_1,
    day_2,
    day_n,
    heads,
    moments,
    mornings,
    most_within,
    name_of,
    nothing_twice,
    page_of,
    request_of,
    seldom,
    week,
)
from tests.stack.village import NEW_YORK, SOON, Life, Moments, Person, Village, plain

BERLIN, AUCKLAND, HONOLULU = "Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu"
A_DAY, A_WEEK = timedelta(hours=23, minutes=59), timedelta(days=7)
TEXTED = " You can answer the text message that we sent you."
LEFT_OUT = "{} was left out, so that it does not become too many messages."


def ten_missed_days(village: Village) -> Moments:
    """A text, a mail, a text with a call: nobody hears more often than they were told, over ten missed days."""
    ada = begins(village, "Ada")
    ben = ada.names(village.person("Ben"))
    may = ada.names(village.person("May", "may-{tail}@partners.example"), zone=NEW_YORK)
    cal = ada.names(village.person("Cal"), channels=None, preferredContactMethod="text_voicemail")
    yield from agrees(ada, ben)
    yield from agrees(ada, may)
    yield from agrees(ada, cal, way="text and recorded call")
    yield from mornings(village, 2, 11)
    assert plain(ben.words()) == [
        day_1(ada, ben),
        day_2(ada, ben),
        day_n(ada, ben, 4),
        day_n(ada, ben, 5),
        week(ada, ben),
    ]
    asked = (day_n(ada, may, 3, PAGE), day_n(ada, may, 4, PAGE), day_n(ada, may, 5, PAGE), week(ada, may, PAGE))
    assert heads(may) == [day_1(ada, may), *asked]
    asked = (day_n(ada, cal, 3), day_n(ada, cal, 4), day_n(ada, cal, 5), week(ada, cal))
    assert plain(cal.words("sms")) == [day_1(ada, cal), *asked]
    called = [text.replace(REPLY, TEXTED) for text in asked]
    assert plain(cal.words("voice")) == [day_1(ada, cal, spoken=True), *called]
    for person in (ben, may, cal):
        promises_are_kept(person)
    numbers = ada.call("GET", "/v1/support-team/engagement").data["partners"]
    assert {one["name"]: one["asked"] for one in numbers} == {"Ben": 4, "May": 4, "Cal": 4}


def promises_are_kept(person: Person) -> None:
    """Hold what somebody got to what they were told of how often: so many a week; asked once a day, thrice a week."""
    assert most_within(moments(person), A_WEEK) <= PROMISED
    asks = [entry for entry in person.got if REPLY in entry["words"] or "Tell us whether" in entry["words"]]
    usual = [datetime.fromisoformat(one["at"]) for one in asks if "for a week" not in one["words"]]
    weekly = [datetime.fromisoformat(one["at"]) for one in asks if "for a week" in one["words"]]
    assert most_within([*usual, *weekly], A_DAY) == 1
    assert most_within(usual, A_WEEK) <= 3
    assert most_within(weekly, A_WEEK) == 1
    assert nothing_twice(person)
    assert not any("following up" in text for text in person.words())


def a_guide_is_chosen(village: Village) -> Moments:
    """Partners hear that somebody follows up once the guide was told to."""
    gus = begins(village, "Gus")
    pia = gus.names(village.person("Pia"))
    yield from agrees(gus, pia)
    admin, guide = demo_user(village.stack, "admin"), demo_user(village.stack, "guide")
    chosen = {"guideId": guide.user_id}
    path = f"/v1/admin/members/{gus.client.user_id}/guide"
    assert admin.call("POST", path, chosen, api="adminApi").status == 200
    yield village.at(2, 0, 10)
    assert pia.got == []
    told = [one["message"] for one in guide.call("GET", "/v1/notifications", limit=20).data]
    assert f'Gus has not logged "{GOAL}" for 1 day. Please get in touch with them.' in told
    yield from mornings(village, 2, 3)
    assert plain(pia.words()) == [day_1(gus, pia, guided=True), day_2(gus, pia)]
    assert gus.timeline() == [
        "Pia was asked to check in with you: you missed 2 days.",
        "Pia was told that you missed a day.",
        "Your guide was told that you missed a day.",
        "Pia said yes: they back you now. They wrote: “YES”",
        "Pia was asked whether they back you.",
    ]


def two_share_a_partner(village: Village) -> Moments:
    """Pat backs Ann and Bob, who both miss ten days: Pat is asked after both as often, and each hears when not."""
    ann, bob, pat = begins(village, "Ann"), begins(village, "Bob"), village.person("Pat")
    for user in (ann, bob):
        user.names(pat)
        yield from agrees(user, pat)
    yield from mornings(village, 2, 11)
    notices, asks = plain(pat.words())[:2], plain(pat.words())[2:]
    assert sorted(notices) == [day_1(ann, pat), day_1(bob, pat)]
    for user in (ann, bob):
        assert sum(f"{user.name} " in ask for ask in asks) == 2
        days = {one["date"]: one["state"] for one in user.contacts()}
        blocked = list(days.values()).count("BLOCKED")
        assert (len(days), list(days.values()).count("DELIVERED"), blocked) == (10, 3, 7)
        assert user.timeline().count(LEFT_OUT.format("Pat")) == blocked
    assert [text for text in asks if "for a week" in text] == asks[3:]
    promises_are_kept(pat)


def three_times_a_week(village: Village) -> Moments:
    """Nobody hears of a single day, nor before the week could not be saved any more."""
    tia = begins(village, "Tia", {"kind": "PER_WEEK", "n": 3})
    rob = tia.names(village.person("Rob"))
    yield from agrees(tia, rob)
    yield from mornings(village, 2, 8)
    missed = [day for day in range(1, 8) if too_late(village, day)]
    assert rob.words() == seldom(tia, rob)[: len(missed)]
    assert not any("days" in line for line in tia.timeline())
    assert [on_day(village, rob, number) for number in range(len(missed))] == [day + 1 for day in missed]


def too_late(village: Village, day: int) -> bool:
    """Tell whether three logs, or the share of a week that was begun, cannot be reached any more after a day."""
    date = village.first_day + timedelta(days=day)
    first_week = date.isocalendar()[1] == village.first_day.isocalendar()[1]
    days_there = 8 - village.first_day.isoweekday()
    wanted = round(3 * days_there / 7) - 1 if first_week else 3
    return 7 - date.isoweekday() < wanted


def on_day(village: Village, person: Person, number: int) -> int:
    """Return the day on which somebody got one of their messages."""
    at = datetime.fromisoformat(person.got[number]["at"]).astimezone(ZoneInfo(NEW_YORK))
    return (at.date() - village.first_day).days


def only_on_weekdays(village: Village) -> Moments:
    """Saturdays and Sundays are nobody's matter: neither told of, nor counted, nor followed by a morning's text."""
    wes = begins(village, "Wes", {"kind": "WEEKDAYS", "weekdays": [1, 2, 3, 4, 5]})
    rob = wes.names(village.person("Rob"))
    yield from agrees(wes, rob)
    yield from mornings(village, 2, 8)
    owed = [day for day in range(1, 8) if (village.first_day + timedelta(days=day)).isoweekday() <= 5]
    first = day_1(wes, rob).replace("DAY", name_of(village, owed[0]))
    assert rob.words() == [first, *seldom(wes, rob)[1:]]
    assert [on_day(village, rob, number) for number in range(4)] == [day + 1 for day in owed[:4]]
    assert wes.timeline().count(LEFT_OUT.format("Rob")) == 1


def far_travels(village: Village) -> Moments:
    """East to Auckland, west to Honolulu: no day is told of before it is over there, and none twice."""
    zoe = begins(village, "Zoe")
    kim = zoe.names(village.person("Kim"))
    yield from agrees(zoe, kim)
    yield village.at(2, 8, 30)
    zoe.call("PATCH", "/v1/accountability/profile", {"zone": AUCKLAND})
    zoe.logs()
    yield from mornings(village, 3, 4)
    zoe.call("PATCH", "/v1/accountability/profile", {"zone": HONOLULU})
    zoe.logs()
    yield from mornings(village, 5, 8)
    named = [(day, entry) for entry in kim.got for day in re.findall(r" on (\w+day \d+ \w+)\.", entry["words"])]
    assert [day for day, _ in named] == list(dict.fromkeys(day for day, _ in named))
    assert len(named) >= 2
    dates = {name_of(village, day): village.first_day + timedelta(days=day) for day in range(9)}
    for (day, entry), zone in zip(named, (NEW_YORK, AUCKLAND, HONOLULU), strict=False):
        assert dates[day] < datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo(zone)).date()
    logs = [one["date"] for one in zoe.call("GET", f"/v1/goals/{zoe.goal_id}/logs").data]
    assert len(logs) == len(set(logs))
    assert nothing_twice(kim)


def a_holiday(village: Village) -> Moments:
    """Who plans a pause at seven is not asked after at eight, nor while it goes on; what is missed later is new."""
    hal = begins(village, "Hal")
    jo = hal.names(village.person("Jo"))
    yield from agrees(hal, jo)
    yield village.at(2, 0, 10)
    yield village.at(2, 7)
    pause = {"from": date_of(village, 3), "until": date_of(village, 5)}
    hal.call("POST", f"/v1/goals/{hal.goal_id}/pause", pause)
    yield from mornings(village, 2, 6)
    assert jo.got == []
    yield from mornings(village, 7, 8)
    assert jo.words() == [day_1(hal, jo).replace("DAY", name_of(village, 6)), day_2(hal, jo)]
    assert [on_day(village, jo, number) for number in range(2)] == [7, 8]


def rest_days(village: Village) -> Moments:
    """Two days of rest are no matter; the day after the last is owed again."""
    roy = begins(village, "Roy")
    eve = roy.names(village.person("Eve"))
    yield from agrees(roy, eve)
    roy.call("PATCH", f"/v1/goals/{roy.goal_id}", {"restDays": [date_of(village, 1), date_of(village, 2)]})
    yield from mornings(village, 2, 3)
    assert eve.got == []
    yield from mornings(village, 4, 5)
    assert eve.words() == [day_1(roy, eve).replace("DAY", name_of(village, 3)), day_2(roy, eve)]
    assert [on_day(village, eve, number) for number in range(2)] == [4, 5]


def hours_in_berlin(village: Village) -> Moments:
    """She hears from ten to six where she lives; what comes later waits for her morning."""
    nia = begins(village, "Nia")
    ute = nia.names(village.person("Ute", "ute-{tail}@partners.example"), zone=BERLIN)
    yield from agrees(nia, ute, begin="10:00", end="18:00")
    yield village.at(2, 0, 10)
    yield village.at(2, 9, 55, BERLIN)
    assert ute.got == []
    yield village.at(2, 8, 30)
    assert heads(ute) == [day_1(nia, ute)]
    yield village.at(2, 18, 30, BERLIN)
    nia.logs()
    yield SOON
    assert heads(ute) == [day_1(nia, ute)]
    yield village.at(3, 8, 30)
    assert heads(ute) == [day_1(nia, ute), all_clear(nia, ute)]
    for entry in ute.got:
        assert 10 <= datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo(BERLIN)).hour < 18


def a_partner_rests(village: Village) -> Moments:
    """He takes a break on his page: nothing through the day that it names, and then he is back."""
    lou = begins(village, "Lou")
    fay = lou.names(village.person("Fay"))
    yield SOON
    link = fay.link()
    yield from agrees(lou, fay)
    address, page = page_of(link)
    answer = submit(address, fields_of(page, "rest") | {"until": date_of(village, 3)})
    last = village.first_day + timedelta(days=3)
    assert f"You rest through {last.day} {last:%B} {last.year}." in re.sub(r"<[^>]+>", "", answer.text)
    yield from mornings(village, 2, 3)
    assert fay.got == []
    assert lou.sees(fay)["status"] == "PAUSED"
    yield from mornings(village, 4, 4)
    assert fay.words() == [day_n(lou, fay, 3)]
    numbers = lou.call("GET", "/v1/support-team/engagement").data["partners"]
    assert (lou.sees(fay)["status"], numbers[0]["status"], numbers[0]["asked"]) == ("ACTIVE", "ACTIVE", 1)


def late_in_the_evening(village: Village) -> Moments:
    """Who logs within the grace has missed nothing, and nobody hears anything."""
    liv = begins(village, "Liv", grace=60)
    ray = liv.names(village.person("Ray"))
    yield from agrees(liv, ray)
    yield village.at(2, 0, 10)
    liv.logs(date=date_of(village, 1))
    yield from mornings(village, 2, 2)
    assert ray.got == []
    assert liv.timeline() == [
        "Ray said yes: they back you now. They wrote: “YES”",
        "Ray was asked whether they back you.",
    ]
    assert liv.notices() == ["Ray said yes: they are on your support team now."]
    liv.logs()


def one_goal_of_two(village: Village) -> Moments:
    """A friend who backs the reading hears nothing of the run, whatever is missed of it."""
    dee = begins(village, "Dee")
    other = dee.call("POST", "/v1/goals", {"title": "Read a page"}, status=201).data["id"]
    dee.call("POST", "/v1/logs", {"goal_id": other, "completed": True}, status=201)
    sam = dee.names(village.person("Sam"), goals=[other])
    yield from agrees(dee, sam)
    yield from mornings(village, 2, 3)
    assert plain(sam.words()) == [text.replace(GOAL, "Read a page") for text in (day_1(dee, sam), day_2(dee, sam))]
    assert dee.contacts() == []


def a_goal_is_given_up(village: Village) -> Moments:
    """Who was asked hears that there is nothing to do any more; who never agreed hears nothing of it."""
    ike = begins(village, "Ike")
    ona, pam = ike.names(village.person("Ona")), ike.names(village.person("Pam"))
    yield from agrees(ike, ona)
    yield from mornings(village, 2, 3)
    ike.call("DELETE", f"/v1/goals/{ike.goal_id}")
    yield SOON
    over = (
        f'Hi Ona, this is Dataday. You need not do anything more about Ike and their "{GOAL}". '
        "Thank you for being there!"
    )
    assert plain(ona.words()) == [day_1(ike, ona), day_2(ike, ona), over]
    assert plain(pam.words()) == [request_of(ike, pam, "text")]
    yield village.at(4, 8, 30)
    again = request_of(ike, pam, "text").replace("asks for", "still asks for")
    assert (plain(ona.words())[3:], plain(pam.words())[1:]) == ([], [again])


LIVES: dict[str, Life] = {
    "nobody hears more often than they were told over ten missed days": ten_missed_days,
    "somebody follows up where there is a guide": a_guide_is_chosen,
    "two users share a partner and neither is starved": two_share_a_partner,
    "three times a week owes no single day": three_times_a_week,
    "weekdays only over a weekend": only_on_weekdays,
    "a traveller flies east and west": far_travels,
    "a holiday is planned an hour before anybody is asked": a_holiday,
    "the last rest day ends on its day": rest_days,
    "hours in Berlin": hours_in_berlin,
    "a partner takes a break": a_partner_rests,
    "a log late in the evening": late_in_the_evening,
    "a friend backs one goal of two": one_goal_of_two,
    "a goal is given up": a_goal_is_given_up,
} | ways.LIVES
