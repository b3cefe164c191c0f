"""The rules of escalation: which steps a day has, whom they turn to, in which words, for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accountability.escalation import rules
from shared.accountability.escalation.rules import Candidate
from shared.accountability.items import ContactKey, key_of
from shared.accountability.policies import rules as policy_rules
from shared.accountability.policies.rules import Kind, Step, Who
from shared.accountability.policies.schemas import PolicyStep
from tests.clock import START

days = st.integers(1, 60)
instants = st.integers(0, 10**6).map(lambda minutes: START - timedelta(minutes=minutes))
statuses = st.sampled_from(
    [
        "INVITED",
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "PAUSED",
        "DECLINED",
        "EXPIRED",
        "OPTED_OUT",
        "LEFT",
        "INVALID",
        "REMOVED",
    ]
)
candidates = st.lists(
    st.builds(
        Candidate,
        partner_id=st.integers(0, 30).map(lambda number: f"ptn_{number:02d}"),
        status=statuses,
        paused_until=st.none() | instants | instants.map(lambda at: at + timedelta(days=900)),
        goals=st.none() | st.lists(st.sampled_from(["gol_1", "gol_2"]), max_size=2),
        consented=st.booleans(),
        asked_at=st.none() | instants,
        invited_at=instants,
    ),
    max_size=25,
    unique_by=lambda one: one.partner_id,
)


def asked(days_missed, plan=policy_rules.STANDARD):
    return [step.size(days_missed) for step in policy_rules.steps_on(plan, days_missed) if step.kind is Kind.ASK]


@pytest.mark.covers("S-A-19", "S-A-20", "S-A-22", "D-04")
@given(days)
def test_the_standard_policy_is_the_specification(days_missed):
    if days_missed == 1:
        assert asked(1) == []
        assert [(step.who, step.kind) for step in policy_rules.steps_on(policy_rules.STANDARD, 1)] == [
            (Who.GUIDE, Kind.NOTIFY),
            (Who.ALL, Kind.NOTIFY),
        ]
    elif days_missed < 7:
        assert asked(days_missed) == [min(days_missed - 1, 5)]
    else:
        assert asked(days_missed) == [20]


def test_the_attentive_policy_asks_one_more_after_four_hours():
    (step,) = policy_rules.steps_on(policy_rules.ATTENTIVE, 3)
    assert (step.acknowledge_within, step.repeat, step.size(3)) == (240, 1, 2)


@pytest.mark.covers("D-03")
@given(days)
def test_the_words_go_by_the_number_of_days(days_missed):
    wanted = {1: "day-1", 2: "day-2"} | dict.fromkeys(range(3, 7), "day-3-plus")
    assert rules.template(days_missed) == f"escalation.{wanted.get(days_missed, 'week')}"


@pytest.mark.covers("D-46")
@pytest.mark.covers("S-A-21", "S-A-23", "D-01")
@given(candidates, st.integers(0, 20), st.sets(st.integers(0, 30).map(lambda number: f"ptn_{number:02d}")))
def test_the_choice_is_of_those_who_may_hear_longest_ago_first(given_, size, without):
    chosen = rules.choose(given_, "gol_1", size, without=without, now=START)
    free = [one for one in given_ if one.may_hear("gol_1", now=START) and one.partner_id not in without]
    assert len(chosen) == min(size, len(free))
    for one in chosen:
        assert one.consented
        assert one.goals is None or "gol_1" in one.goals
        assert one.status == "ACTIVE" or (one.status == "PAUSED" and one.paused_until <= START)
        assert one.partner_id not in without
    never = [one for one in free if one.asked_at is None]
    assert all(one.asked_at is None for one in chosen[: len(never)])
    times = [one.asked_at for one in chosen if one.asked_at is not None]
    assert times == sorted(times)
    left = [one.asked_at for one in free if one not in chosen and one.asked_at is not None]
    assert not times or all(at >= times[-1] for at in left)


@pytest.mark.covers("D-46")
def test_of_those_who_were_never_asked_or_at_once_the_first_named_comes_first():
    named = [
        Candidate(f"ptn_{9 - day}", "ACTIVE", None, None, True, None, START + timedelta(days=day)) for day in range(3)
    ]
    asked = [replace(one, asked_at=START) for one in named]
    for team in (named, asked):
        chosen = rules.choose(reversed(team), "gol_1", 2, now=START)
        assert [one.partner_id for one in chosen] == ["ptn_9", "ptn_8"]


@given(candidates)
def test_the_choice_does_not_depend_on_the_order_of_the_facts(given_):
    first = rules.choose(given_, "gol_1", 5, now=START)
    assert rules.choose(reversed(given_), "gol_1", 5, now=START) == first


@given(st.none() | st.integers(-3000, 10_000))
def test_a_message_makes_sense_until_the_next_miss_within_an_hour_and_two_days(minutes):
    next_miss = None if minutes is None else START + timedelta(minutes=minutes)
    valid = rules.valid_for(next_miss, now=START)
    assert timedelta(hours=1) <= valid <= timedelta(days=2)
    if minutes is not None and 60 <= minutes <= 2880:
        assert START + valid == next_miss


steps = st.builds(
    Step,
    number=st.integers(1, 20),
    who=st.sampled_from([Who.PARTNERS, Who.ALL]),
    kind=st.just(Kind.ASK),
    from_day=st.integers(1, 5),
    to_day=st.none() | st.integers(5, 30),
    count=st.integers(1, 20),
    growth=st.integers(0, 20),
    most=st.integers(1, 20),
    wait=st.integers(0, 1440),
    hours=st.none() | st.just((540, 1200)),
    acknowledge_within=st.integers(10, 1440),
    repeat=st.integers(0, 5),
)


@given(st.lists(steps))
def test_steps_survive_storage_and_the_wire(given_):
    assert policy_rules.unpack(policy_rules.pack(given_)) == tuple(given_)
    for step in given_:
        assert PolicyStep.model_validate_json(PolicyStep.of(step).model_dump_json()).step(step.number) == step


@given(steps, days)
def test_a_step_never_turns_to_more_than_a_transaction_holds(step, days_missed):
    if step.on(days_missed):
        assert 1 <= step.size(days_missed) <= 20


@given(st.permutations(["QUEUED", "SENT", "DELIVERED", "SENT", "DELIVERED"]))
def test_a_state_only_moves_on_whatever_the_order_of_the_news(news):
    state = None
    for one in news:
        state = rules.later(state, one)
    assert state == "DELIVERED"


def test_what_was_sent_can_still_fail_and_what_arrived_cannot():
    assert rules.later("SENT", "FAILED") == "FAILED"
    assert rules.later("FAILED", "SENT") == "FAILED"
    assert rules.later("DELIVERED", "FAILED") == "DELIVERED"


@pytest.mark.parametrize(("given_", "number"), [("00", 1), ("01", 2), ("ptn_ben", 1)])
def test_rounds_follow_each_other(given_, number):
    assert rules.next_round(given_) == number


def test_a_contact_is_known_by_the_matter_of_its_message():
    key = ContactKey("gol_1", "2026-03-01", "03", "ptn_ben")
    assert key_of(key.about) == key
    assert key_of("invitation:ptn_ben") is None
    assert key_of(None) is None
