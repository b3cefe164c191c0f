"""The tests of consent bite: each seeded bug is caught by one of them."""

from collections.abc import Callable

import pytest

from shared.messaging import events
from shared.messaging.recipients import suppression
from tests.clock import FixedClock
from tests.figures import tell
from tests.mutants import Mutant, planted
from tests.reliability import test_partner_races as races
from tests.reliability.test_partner_races import ada, kinds, press
from tests.team import GRACE, added, link_to, messages, sent, statement_on, stored, visit

__all__ = ["ada"]

TEAM = "shared.accountability.team"
PAGE = "shared.accountability.partner_page.actions"


def used_twice(clock: FixedClock) -> None:
    """A link that declined does not agree afterwards."""
    partner_id = added()
    token = link_to(partner_id, now=clock.now())
    shown = statement_on(visit(token))
    assert press(token, clock.now(), action="decline") == 303
    press(token, clock.now(), action="accept", statement=shown, choices=("SMS",))
    assert stored(partner_id).status == "DECLINED"


def expired(clock: FixedClock) -> None:
    """A link of last month does nothing."""
    partner_id = added()
    token = link_to(partner_id, now=clock.now())
    clock.advance(days=15)
    press(token, clock.now(), action="decline")
    assert stored(partner_id).status == "INVITED"


def forged(clock: FixedClock) -> None:
    """A link that we did not make leads nowhere."""
    partner_id = added()
    token = link_to(partner_id, now=clock.now())
    press(token[:-4] + "abcd", clock.now(), action="decline")
    assert stored(partner_id).status == "INVITED"


def unseen_words(clock: FixedClock) -> None:
    """Nobody agrees to words that they were not shown."""
    partner_id = added()
    token = link_to(partner_id, now=clock.now())
    press(token, clock.now(), action="accept", statement="0" * 64, choices=("SMS",))
    assert kinds(partner_id) == []


def old_reply(clock: FixedClock) -> None:
    """A YES that comes again does not undo that they left."""
    partner_id = added()
    told = {"recipient_id": partner_id, "message_id": messages()[0]["message_id"], "about": f"invitation:{partner_id}"}
    yes = events.ReplyReceived(**told, answer="YES", reply_id="SM1")
    races.delivered(yes, clock.now())
    press(link_to(partner_id, now=clock.now()), clock.now(), action="leave")
    races.delivered(yes, clock.now())
    assert stored(partner_id).status == "LEFT"


def stopped(clock: FixedClock) -> None:
    """Who stopped everything agrees by nothing but START."""
    partner_id = added()
    token = link_to(partner_id, now=clock.now())
    shown = statement_on(visit(token))
    suppression.suppress(str(GRACE["phone"]), "STOP", source="SM1", now=clock.now())
    press(token, clock.now(), action="accept", statement=shown, choices=("SMS",))
    assert kinds(partner_id) == []


def reminded(clock: FixedClock) -> None:
    """However often the worker comes, there are two reminders, each in its time."""
    from shared.accountability.team import invitations
    from shared.accountability.team.rules import REMINDERS

    partner_id = added()
    sent(messages("consent")[0]["message_id"], "May we?")
    partner, began, reminded_at = stored(partner_id), clock.now(), []
    for _ in range(60):
        before = len(messages("consent"))
        clock.advance(hours=8)
        invitations.look(partner.pk, partner.sk, now=clock.now())
        reminded_at += [clock.now() - began] * (len(messages("consent")) - before)
    assert reminded_at == list(REMINDERS)
    assert stored(partner_id).status == "EXPIRED"


SEEDED: list[tuple[Mutant, Callable[[FixedClock], None]]] = [
    (
        Mutant(
            "a partner is changed whatever came before",
            f"{TEAM}.people",
            "changing",
            "Partner.version == partner.version",
            "Partner.pk.exists()",
        ),
        races.test_a_link_pressed_forty_times_at_once_is_used_once,
    ),
    (
        Mutant(
            "a team grows without end",
            f"{TEAM}.partners",
            "_one_more",
            "condition=room",
            "condition=None",
        ),
        races.test_a_team_of_nineteen_takes_one_of_twenty_at_once,
    ),
    (
        Mutant("an address is claimed twice", f"{TEAM}.partners", "_claim", "condition=free", "condition=None"),
        races.test_a_number_named_twenty_times_at_once_is_named_once,
    ),
    (
        Mutant(
            "a link works for ever",
            f"{TEAM}.links",
            "opened",
            "generation != partner.generation",
            "generation > partner.generation",
        ),
        used_twice,
    ),
    (
        Mutant(
            "a deed uses no link up",
            PAGE,
            "_using_up",
            "partner.generation += 1",
            "pass",
        ),
        used_twice,
    ),
    (Mutant("a link does not expire", f"{TEAM}.links", "opened", "<= to_ms(now)", "< 0"), expired),
    (
        Mutant(
            "a link is not proved",
            f"{TEAM}.links",
            "opened",
            "partner is None or not derived.same(given, _signed(partner, generation, until, matter))",
            "partner is None",
        ),
        forged,
    ),
    (Mutant("a reply is not remembered", f"{TEAM}.people", "once", "Handled.pk.does_not_exist()", "None"), old_reply),
    (
        Mutant(
            "a stop is overlooked",
            f"{TEAM}.choices",
            "accept",
            "for hashed in addresses",
            "for hashed in addresses[:0]",
        ),
        stopped,
    ),
    (
        Mutant("an early worker reminds", f"{TEAM}.invitations", "look", "partner.due_at > now", "False"),
        reminded,
    ),
    (
        Mutant(
            "reminders are not counted",
            f"{TEAM}.invitations",
            "_reminding",
            "Partner.reminders.set(number)",
            "Partner.reminders.set(0)",
        ),
        reminded,
    ),
]


@pytest.mark.parametrize(("mutant", "hunt"), SEEDED, ids=[mutant.bug for mutant, _ in SEEDED])
def test_a_seeded_bug_is_caught(mutant: Mutant, hunt: Callable[[FixedClock], None], clock: FixedClock) -> None:
    with planted(mutant), pytest.raises((AssertionError, Exception)) as caught:
        hunt(clock)
    tell({"bug": mutant.bug, "shown": type(caught.value).__name__})


HUNTS = [used_twice, expired, forged, unseen_words, old_reply, stopped, reminded]


@pytest.mark.parametrize("hunt", HUNTS, ids=[hunt.__name__ for hunt in HUNTS])
def test_without_a_bug_nothing_is_caught(hunt: Callable[[FixedClock], None], clock: FixedClock) -> None:
    hunt(clock)
