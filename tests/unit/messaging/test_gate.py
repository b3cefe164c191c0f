"""The gate: nobody is written to who did not agree, at night, or too often, whatever else is so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.kernel.categories import OUTSIDE, Cap, Channel
from shared.messaging.categories import CATEGORIES, category
from shared.messaging.recipients import hours
from shared.messaging.recipients.hours import Whereabouts, every_day
from shared.messaging.sending.gate import Block, ChannelOption, Count, Defer, Facts, Person, Send, decide, next_day

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
"""In New York."""

NIGHT = datetime(2026, 3, 2, 4, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 13, tzinfo=UTC)

SMS = ChannelOption(Channel.SMS, "+12125550123")
EMAIL = ChannelOption(Channel.EMAIL, "pat@example.com")
WHATSAPP = ChannelOption(Channel.WHATSAPP, "+12125550123")
VOICE = ChannelOption(Channel.VOICE, "+12125550123")
IN_APP = ChannelOption(Channel.IN_APP, "usr_1")

EVERYTHING = frozenset(Channel)


def facts(**changes):
    """Return facts under which an ask goes out by text."""
    fine = {
        "now": NOON,
        "category": category("partner-ask"),
        "valid_until": changes.get("now", NOON) + timedelta(days=2),
        "person": Person(),
        "consented": EVERYTHING,
        "ways": (SMS, EMAIL),
        "whereabouts": Whereabouts(zone="America/New_York"),
    }
    return Facts(**fine | changes)


def ago(**step):
    return NOON - timedelta(**step)


def test_what_nothing_speaks_against_goes_by_the_first_channel():
    assert decide(facts()) == Send(SMS)
    assert decide(facts(ways=(EMAIL, SMS))) == Send(EMAIL)


@pytest.mark.covers("X-A-04", "D-01", "S-A-23")
@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        ({"closed": "LOGGED"}, Block("LOGGED", "CANCELLED")),
        ({"valid_until": NOON}, Block("EXPIRED", "EXPIRED")),
        ({"person": None}, Block("UNKNOWN_RECIPIENT")),
        ({"person": Person(active=False)}, Block("INACTIVE")),
        ({"person": Person(paused_until=NOON + timedelta(hours=1))}, Block("PAUSED")),
        ({"direct": True}, Block("ADDRESS_NOT_ALLOWED")),
        ({"ways": ()}, Block("NO_CHANNEL")),
        ({"tried": frozenset({Channel.SMS, Channel.EMAIL})}, Block("NO_CHANNEL")),
        ({"ways": (ChannelOption(Channel.SMS, None),)}, Block("NO_ADDRESS")),
        ({"consented": frozenset()}, Block("NO_CONSENT")),
        ({"ways": (replace(SMS, suppressed="SUPPRESSED_STOP"),)}, Block("SUPPRESSED_STOP")),
        ({"person": Person(muted=frozenset({"partner-ask:*"}))}, Block("PREFERENCES")),
        ({"ways": (replace(SMS, unfit="LANDLINE"),)}, Block("LANDLINE")),
        ({"narrower": (every_day(600, 600),)}, Block("QUIET_HOURS")),
        ({"counts": (Count((Cap(1, timedelta(days=1)),), (ago(hours=2),)),)}, Block("FREQUENCY")),
        ({"found": {Channel.SMS: "TEMPLATE", Channel.EMAIL: "TEMPLATE"}}, Block("TEMPLATE")),
        ({"yields": True}, Block("FREQUENCY")),
    ],
)
def test_each_reason_alone_blocks(changes, decision):
    assert decide(facts(**changes)) == decision


def test_a_budget_of_ours_lets_a_message_wait_until_tomorrow_as_long_as_it_makes_sense():
    spent = facts(found={Channel.SMS: "BUDGET", Channel.EMAIL: "TEMPLATE"})
    tomorrow = next_day(spent.now)
    assert decide(replace(spent, valid_until=tomorrow + timedelta(minutes=1))) == Defer(tomorrow, "BUDGET")
    assert decide(replace(spent, valid_until=tomorrow)) == Block("BUDGET")


@pytest.mark.covers("X-A-26", "D-05", "S-A-31")
@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({"consented": frozenset({Channel.EMAIL})}, EMAIL),
        ({"ways": (replace(SMS, suppressed="SUPPRESSED_STOP"), EMAIL)}, EMAIL),
        ({"ways": (replace(SMS, unfit="LANDLINE"), VOICE)}, VOICE),
        ({"ways": (ChannelOption(Channel.SMS, None), EMAIL)}, EMAIL),
        ({"person": Person(muted=frozenset({"partner-ask:SMS"}))}, EMAIL),
        ({"found": {Channel.SMS: "BUDGET"}}, EMAIL),
        ({"tried": frozenset({Channel.SMS})}, EMAIL),
    ],
)
def test_what_one_channel_must_not_carry_goes_by_the_next(changes, by):
    assert decide(facts(**changes)) == Send(by)


def test_where_no_channel_will_do_the_first_ones_reason_is_told():
    ways = (replace(SMS, suppressed="SUPPRESSED_STOP"), ChannelOption(Channel.EMAIL, None))
    assert decide(facts(ways=ways)) == Block("SUPPRESSED_STOP")


@pytest.mark.covers("X-A-11", "X-N-04", "D-26")
def test_at_night_it_waits_for_the_morning_by_the_channel_preferred():
    assert decide(facts(now=NIGHT)) == Defer(MORNING, "QUIET_HOURS")
    assert decide(facts(now=MORNING)) == Send(SMS)


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({"narrower": (every_day(10 * 60, 18 * 60),)}, datetime(2026, 3, 2, 15, tzinfo=UTC)),
        (
            {"narrower": (every_day(10 * 60, 18 * 60), every_day(17 * 60, 21 * 60))},
            datetime(2026, 3, 2, 22, tzinfo=UTC),
        ),
        ({"whereabouts": Whereabouts(number_zones=("America/New_York",), area_code=203)}, MORNING + timedelta(hours=1)),
        (
            {"whereabouts": Whereabouts(number_zones=("America/New_York", "America/Los_Angeles"))},
            MORNING + timedelta(hours=3),
        ),
        ({"whereabouts": Whereabouts()}, datetime(2026, 3, 2, 19, tzinfo=UTC)),
    ],
)
def test_hours_of_the_person_the_request_the_state_and_every_zone_hold_together(changes, until):
    assert decide(facts(now=NIGHT, **changes)) == Defer(until, "QUIET_HOURS")


def test_a_message_that_makes_no_sense_by_morning_is_blocked_at_once():
    assert decide(facts(now=NIGHT, valid_until=NIGHT + timedelta(hours=2))) == Block("QUIET_HOURS")


@pytest.mark.covers("X-A-12")
def test_asks_of_two_days_in_a_row_wait_for_the_day_to_be_full_and_more_are_blocked():
    caps = category("partner-ask").caps
    yesterday = ago(hours=23, minutes=59)
    assert decide(facts(counts=(Count(caps, (yesterday,)),))) == Defer(NOON + timedelta(minutes=1), "FREQUENCY")
    assert decide(facts(counts=(Count(caps, (ago(hours=24),)),))) == Send(SMS)
    assert decide(facts(counts=(Count(caps, (ago(hours=12),)),))) == Block("FREQUENCY")
    week = (ago(days=6), ago(days=4), ago(days=2))
    assert decide(facts(counts=(Count(caps, week),))) == Block("FREQUENCY")
    assert decide(facts(counts=(Count(caps, (ago(days=7), *week[1:])),))) == Send(SMS)


def test_a_cap_counts_at_every_address_and_about_the_user():
    free, full = Count((Cap(1, timedelta(days=1)),), ()), Count((Cap(1, timedelta(days=1)),), (ago(hours=1),))
    assert decide(facts(counts=(free, full))) == Block("FREQUENCY")
    assert decide(facts(counts=(free, free))) == Send(SMS)


@pytest.mark.covers_partly("X-N-02", missing="there is no legal matter yet that is told of")
@pytest.mark.parametrize("kind", ["account", "payment", "crisis"])
def test_what_is_critical_passes_preferences_and_night_but_no_suppression(kind):
    account = facts(
        category=category(kind),
        now=NIGHT,
        person=Person(muted=frozenset({f"{kind}:*"}), paused_until=NIGHT + timedelta(days=1)),
        ways=(EMAIL,),
        consented=frozenset(),
    )
    assert decide(account) == Send(EMAIL)
    assert decide(replace(account, ways=(replace(EMAIL, suppressed="SUPPRESSED_BOUNCE"),))) == Block(
        "SUPPRESSED_BOUNCE"
    )


def test_mail_about_an_account_goes_to_somebody_not_yet_in_the_directory():
    assert decide(facts(category=category("account"), person=None, direct=True, ways=(EMAIL,))) == Send(EMAIL)


@pytest.mark.covers("X-A-28", "X-A-41")
def test_whatsapp_and_calls_need_consent_of_their_own():
    consent = frozenset({Channel.SMS, Channel.EMAIL})
    assert decide(facts(ways=(WHATSAPP,), consented=consent)) == Block("NO_CONSENT")
    assert decide(facts(ways=(VOICE,), consented=consent)) == Block("NO_CONSENT")
    invitation = facts(category=category("consent-request"), consented=frozenset(), ways=(WHATSAPP, SMS))
    assert decide(invitation) == Send(SMS)
    answer = facts(
        category=category("service"), consented=frozenset(), direct=True, ways=(replace(WHATSAPP, conversation=True),)
    )
    assert decide(answer) == Send(answer.ways[0])


def test_the_in_app_inbox_wakes_nobody():
    assert decide(facts(category=category("progress"), now=NIGHT, ways=(IN_APP, EMAIL))) == Send(IN_APP)


instants = st.integers(0, 60 * 24 * 14).map(lambda minutes: NOON + timedelta(minutes=minutes))
any_way = st.builds(
    ChannelOption,
    channel=st.sampled_from(Channel),
    address=st.one_of(st.none(), st.just("address")),
    suppressed=st.sampled_from([None, None, None, "SUPPRESSED_STOP"]),
    unfit=st.sampled_from([None, None, None, "LANDLINE"]),
    conversation=st.booleans(),
)
minutes = st.integers(0, 24 * 60)
ASPECTS = {
    "now": instants,
    "category": st.sampled_from(sorted(CATEGORIES.values(), key=lambda kind: kind.name)),
    "valid_until": instants,
    "closed": st.just("LOGGED"),
    "person": st.one_of(
        st.none(),
        st.builds(
            Person,
            active=st.sampled_from([True, True, False]),
            paused_until=st.one_of(st.none(), instants),
            muted=st.frozensets(st.sampled_from(["partner-ask:*", "partner-ask:SMS", "progress:EMAIL"])),
        ),
    ),
    "direct": st.just(True),
    "consented": st.frozensets(st.sampled_from(Channel)),
    "ways": st.lists(any_way, max_size=4).map(tuple),
    "tried": st.frozensets(st.sampled_from(Channel), max_size=2),
    "whereabouts": st.builds(
        Whereabouts,
        zone=st.sampled_from([None, "America/New_York", "Asia/Kathmandu"]),
        number_zones=st.sampled_from([(), ("Europe/London",), ("America/New_York", "America/Los_Angeles")]),
        area_code=st.sampled_from([None, 203, 401]),
    ),
    "narrower": st.lists(st.builds(every_day, minutes, minutes), max_size=2).map(tuple),
    "counts": st.lists(
        st.builds(
            Count,
            caps=st.sampled_from([kind.caps for kind in CATEGORIES.values() if kind.caps]),
            sends=st.lists(instants, max_size=4).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    "found": st.dictionaries(st.sampled_from(Channel), st.just("BUDGET"), max_size=1),
}


EVERY_ASPECT = tuple(sorted(ASPECTS))


@st.composite
def any_facts(draw, aspects=EVERY_ASPECT):
    """Draw facts of which at most five are not as under ``facts``."""
    names = draw(st.lists(st.sampled_from(aspects), max_size=5, unique=True))
    return facts(**{name: draw(ASPECTS[name]) for name in names})


def _in_hours(known: Facts, at: datetime) -> bool:
    return hours.allowed(at, known.whereabouts.zones(), (*known.whereabouts.rules(), *known.narrower))


@pytest.mark.covers("X-A-04", "D-01", "X-A-11", "X-A-12")
@settings(max_examples=400, deadline=None)
@given(known=any_facts())
def test_whatever_is_sent_was_open_agreed_to_wanted_awake_and_within_its_caps(known):
    decision = decide(known)
    if isinstance(decision, Send):
        way, kind = decision.way, known.category
        assert known.closed is None
        assert known.now < known.valid_until
        assert way in known.ways
        assert way.channel not in known.tried
        assert way.channel not in known.found
        assert way.address is not None
        assert way.suppressed is None
        assert way.unfit is None
        assert kind.consent is None or way.channel in known.consented
        assert known.person is not None or kind.name in {"account", "service"}
        assert known.direct or known.person.active
        if not kind.critical:
            assert known.person.paused_until is None or known.person.paused_until <= known.now
            assert not {f"{kind.name}:*", f"{kind.name}:{way.channel}"} & known.person.muted
            assert way.channel not in OUTSIDE or _in_hours(known, known.now)
        for count in known.counts:
            for cap in count.caps:
                assert sum(sent > known.now - cap.window for sent in count.sends) < cap.limit


@settings(max_examples=200, deadline=None)
@given(known=any_facts(("whereabouts", "narrower", "counts")), at=instants)
def test_whatever_waits_waits_for_a_moment_at_which_its_reason_is_gone(known, at):
    known = replace(known, now=at, valid_until=at + timedelta(days=2))
    decision = decide(known)
    assume(isinstance(decision, Defer))
    assert known.now < decision.until < known.valid_until
    later = decide(replace(known, now=decision.until))
    assert not isinstance(later, Defer) or later.reason != decision.reason


@pytest.mark.covers("X-A-09")
@settings(max_examples=200, deadline=None)
@given(known=any_facts(), data=st.data())
def test_more_that_speaks_against_it_never_lets_it_go_by_the_same_way(known, data):
    decision = decide(known)
    assume(isinstance(decision, Send))
    against = data.draw(
        st.sampled_from(
            [
                {"closed": "LOGGED"},
                {"valid_until": known.now},
                {"ways": tuple(replace(way, suppressed="SUPPRESSED_STOP") for way in known.ways)},
                {"ways": tuple(replace(way, address=None) for way in known.ways)},
                {"found": dict.fromkeys(Channel, "BUDGET")},
                {"tried": frozenset(Channel)},
                {"counts": (Count((Cap(1, timedelta(days=1)),), (known.now,)),)},
            ]
        )
    )
    # Another way may still wait for its hours; none may go.
    assert not isinstance(decide(replace(known, **against)), Send)
