"""Deliveries of Stripe: kept once, worked from the queue, and what each does to its payment."""

import pytest

from functions.payments.process_stripe_event import process_stripe_event
from infra.operations import __main__ as operations
from shared import wallet
from shared.kernel import inbox
from shared.kernel.clock import from_ms, to_ms
from shared.kernel.storage.writes import Put, commit
from shared.payments import reviews as payment_reviews
from shared.payments import rules, stripe_events
from shared.payments.items import PaymentsInbox
from shared.wallet import journal as ledger
from tests import deliveries, engine
from tests.calls import Invoke
from tests.clock import START, FixedClock
from tests.deliveries import ARRIVED, COMPLETED, EXPIRED, NEVER_ARRIVED, deliver, event, signed, standing, work
from tests.outbox import sent
from tests.triggers import webhook_event


@pytest.fixture(autouse=True)
def _payment(aws: None) -> None:
    commit(Put(deliveries.payment(at=START)))


def balance() -> int:
    return wallet.read_account("usr_viewer").balance


def noted(event_id: str) -> tuple[str | None, str | None]:
    item = inbox.read(PaymentsInbox, "STRIPE", event_id)
    return item.outcome, item.reason


def settle(*kinds: str, **session: object) -> None:
    for number, kind in enumerate(kinds):
        assert deliver(event(f"evt_{number}", kind, **session), START) == 200
        assert work(f"evt_{number}") == []


@pytest.mark.covers("X-W-25", "S-W-44", "S-W-49")
def test_a_delivery_is_kept_as_it_came_and_announced(invoke: Invoke) -> None:
    body = event("evt_1", COMPLETED, note="Grüße, 支払い")
    answer = invoke("payments.receive_stripe_event", webhook_event(body, signed(body, START), encoded=True))
    assert answer == {"statusCode": 200, "body": ""}
    item = inbox.read(PaymentsInbox, "STRIPE", "evt_1")
    assert (item.body, item.received_at, item.outcome) == (body, START, None)
    assert sent("payments", "StripeEventReceived") == [{"event_id": "evt_1"}]
    assert balance() == 0


@pytest.mark.covers("S-W-48")
def test_a_second_delivery_changes_nothing() -> None:
    first, other = event("evt_1", COMPLETED), event("evt_1", EXPIRED)
    assert [deliver(first, START), deliver(first, START), deliver(other, START)] == [200, 200, 200]
    item = inbox.read(PaymentsInbox, "STRIPE", "evt_1")
    assert item.body == first
    assert len(sent("payments", "StripeEventReceived")) == 1


@pytest.mark.covers("S-W-45", "S-W-51")
@pytest.mark.covers_partly("X-W-12", missing="a refund of a purchase does not take its bonus back in proportion")
def test_a_paid_checkout_is_credited_with_its_bonus_and_told() -> None:
    settle(COMPLETED)
    payment = standing()
    assert (payment.status, payment.method, payment.settled_at, payment.reason) == ("SUCCEEDED", "CARD", START, None)
    assert balance() == 105_000
    for kind in ("PAYMENT", "BONUS"):
        assert ledger.find(wallet.Reference(kind, "pay_1")) is not None
    assert noted("evt_0") == ("DONE", None)
    assert sent("payments", "PaymentSucceeded") == [
        {
            "payment_id": "pay_1",
            "user_id": "usr_viewer",
            "credits": 100_000,
            "bonus_credits": 5_000,
            "amount": 999,
            "currency": "USD",
        }
    ]


@pytest.mark.covers("X-W-23", "X-W-22")
def test_a_bank_payment_is_credited_when_the_money_arrives() -> None:
    settle(COMPLETED, payment_status="unpaid")
    assert (standing().status, balance()) == ("PENDING", 0)
    assert noted("evt_0") == ("IGNORED", "the money is still to come")
    assert deliver(event("evt_2", ARRIVED), START) == 200
    assert work("evt_2") == []
    assert (standing().status, standing().method, balance()) == ("SUCCEEDED", "BANK", 105_000)


@pytest.mark.covers("S-W-46", "S-W-51", "X-W-22")
@pytest.mark.parametrize(("kind", "reason"), [(EXPIRED, "expired"), (NEVER_ARRIVED, "declined")])
def test_a_checkout_without_money_fails_and_is_told(kind: str, reason: str) -> None:
    settle(kind)
    assert (standing().status, standing().reason, balance()) == ("FAILED", reason, 0)
    assert sent("payments", "PaymentFailed") == [{"payment_id": "pay_1", "user_id": "usr_viewer", "reason": reason}]


def test_an_event_that_had_its_effect_stays_noted_so_when_it_is_worked_again() -> None:
    settle(COMPLETED)
    assert work("evt_0", "evt_0") == []
    assert (balance(), noted("evt_0")) == (105_000, ("DONE", None))


def test_who_works_an_event_that_another_just_finished_leaves_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    real = inbox.read

    def overtaken(*arguments: object) -> object:
        kept = real(*arguments)
        monkeypatch.setattr(inbox, "read", real)
        assert work("evt_0") == []
        return kept

    deliver(event("evt_0", COMPLETED), START)
    monkeypatch.setattr(inbox, "read", overtaken)
    assert work("evt_0") == []
    assert (balance(), noted("evt_0")) == (105_000, ("DONE", None))


@pytest.mark.covers("S-W-48")
def test_two_events_that_tell_of_the_same_money_credit_it_once() -> None:
    settle(COMPLETED, ARRIVED)
    assert (balance(), noted("evt_1")) == (105_000, ("IGNORED", "the payment is SUCCEEDED"))
    assert len(sent("payments", "PaymentSucceeded")) == 1


@pytest.mark.parametrize("late", [EXPIRED, NEVER_ARRIVED])
def test_a_failure_told_after_the_money_came_changes_nothing(late: str) -> None:
    settle(COMPLETED, late)
    assert (standing().status, balance()) == ("SUCCEEDED", 105_000)
    assert noted("evt_1") == ("IGNORED", "the payment is SUCCEEDED")


@pytest.mark.parametrize("early", [EXPIRED, NEVER_ARRIVED])
def test_money_that_comes_after_a_failure_was_told_is_credited(early: str) -> None:
    settle(early, ARRIVED)
    assert (standing().status, standing().reason, balance()) == ("SUCCEEDED", None, 105_000)


MISMATCHES = [
    {"amount_total": 998},
    {"currency": "eur"},
    {"metadata": {"userId": "usr_other", "priceId": "prc_1", "paymentId": "pay_1"}},
    {"metadata": {"userId": "usr_viewer", "priceId": "prc_2", "paymentId": "pay_1"}},
    {"id": "cs_other"},
]


@pytest.mark.parametrize("session", MISMATCHES)
def test_what_does_not_fit_goes_to_review_and_is_never_credited(session: dict[str, object], reviews: list[str]) -> None:
    settle(COMPLETED, **session)
    assert (standing().status, balance(), noted("evt_0")[0]) == ("UNDER_REVIEW", 0, "REVIEW")
    assert deliver(event("evt_9", COMPLETED), START) == 200
    assert work("evt_9") == []
    assert (standing().status, balance(), noted("evt_9")[0]) == ("UNDER_REVIEW", 0, "REVIEW")
    assert reviews == [payment_reviews.METRIC] * 2


def test_what_does_not_fit_a_paid_payment_is_reported_and_leaves_it_paid(reviews: list[str]) -> None:
    settle(COMPLETED)
    deliver(event("evt_9", COMPLETED, amount_total=1), START)
    assert work("evt_9") == []
    assert (standing().status, balance(), noted("evt_9")) == ("SUCCEEDED", 105_000, ("REVIEW", "amount differs"))
    assert len(reviews) == 1


@pytest.mark.parametrize(
    ("session", "reason"),
    [
        ({"metadata": {"userId": "u", "priceId": "p", "paymentId": "pay_unknown"}}, "there is no such payment"),
        ({"amount_total": "999"}, "the session has another form than agreed"),
        ({"id": None}, "the session has another form than agreed"),
        ({"metadata": ["paymentId"]}, "the session has another form than agreed"),
    ],
)
def test_an_event_that_cannot_be_placed_is_reported(
    session: dict[str, object], reason: str, reviews: list[str]
) -> None:
    settle(COMPLETED, **session)
    assert (standing().status, balance(), noted("evt_0")) == ("PENDING", 0, ("REVIEW", reason))
    assert len(reviews) == 1


@pytest.mark.parametrize("metadata", [{}, None, {"order": "7"}])
def test_a_session_of_somebody_else_is_left_alone(metadata: dict[str, str] | None, reviews: list[str]) -> None:
    settle(COMPLETED, metadata=metadata)
    assert (noted("evt_0"), reviews) == (("IGNORED", "not a session of ours"), [])


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "charge.succeeded", "customer.created", "something.new"])
def test_what_nothing_follows_from_stays_in_the_inbox_and_is_counted(kind: str, reviews: list[str]) -> None:
    settle(kind)
    assert (standing().status, balance()) == ("PENDING", 0)
    assert noted("evt_0") == ("IGNORED", f"nothing follows from {kind}")
    assert reviews == [stripe_events.UNKNOWN_METRIC]
    assert stripe_events.UNKNOWN_METRIC in process_stripe_event.declaration.alarms, "somebody hears of it"


def test_an_event_that_overtakes_the_note_of_its_session_is_worked() -> None:
    commit(Put(deliveries.payment(at=START, provider_ref=None, checkout_url=None)))
    settle(COMPLETED)
    assert (standing().status, balance()) == ("SUCCEEDED", 105_000)


def test_an_event_that_is_not_there_comes_again_and_its_neighbours_do_not() -> None:
    deliver(event("evt_1", COMPLETED), START)
    assert work("evt_unknown", "evt_1") == ["msg-0"]
    assert balance() == 105_000


def test_a_payment_that_moves_while_it_is_worked_is_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rules.decide

    def overtaken(*arguments: object) -> rules.Decision:
        decision = real(*arguments)
        monkeypatch.setattr(rules, "decide", real)
        settle(COMPLETED)
        return decision

    deliver(event("evt_9", EXPIRED), START)
    monkeypatch.setattr(rules, "decide", overtaken)
    assert work("evt_9") == []
    assert (standing().status, balance()) == ("SUCCEEDED", 105_000)
    assert noted("evt_9") == ("IGNORED", "the payment is SUCCEEDED")


@pytest.mark.covers("S-W-44")
def test_during_a_rotation_both_secrets_are_good(monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    vault = engine.client.aws_client("secretsmanager")
    fields = '{"api_key": "sk_test_local", "webhook_secret": "whsec_new whsec_local"}'
    vault.put_secret_value(SecretId="test/wellspring/stripe", SecretString=fields)
    engine.secrets._kept.clear()
    statuses = []
    for number, secrets in enumerate([["whsec_new"], ["whsec_local"], ["whsec_x", "whsec_new"], ["whsec_x"]]):
        body = event(f"evt_{number}", COMPLETED)
        sent_event = webhook_event(body, signed(body, START, *secrets))
        statuses.append(invoke("payments.receive_stripe_event", sent_event)["statusCode"])
    assert statuses == [200, 200, 200, 400]


def test_an_event_too_large_for_the_inbox_is_refused() -> None:
    assert deliver(event("evt_1", COMPLETED, note="x" * inbox.MAX_BYTES), START) == 413
    with pytest.raises(LookupError):
        inbox.read(PaymentsInbox, "STRIPE", "evt_1")


@pytest.mark.covers("X-W-26")
def test_events_of_a_range_or_one_of_them_are_worked_again(clock: FixedClock) -> None:
    for number, hours in enumerate((0, 13, 13, 11)):
        deliver(event(f"evt_{number}", COMPLETED), clock.advance(hours=hours))
    found = list(stripe_events.received_between(from_ms(to_ms(START) + 1), clock.now()))
    assert found == ["evt_1", "evt_2", "evt_3"]
    announced = len(sent("payments", "StripeEventReceived"))
    assert stripe_events.replay(found, now=clock.now()) == 3
    assert stripe_events.replay(["evt_0"], now=clock.now()) == 1
    assert len(sent("payments", "StripeEventReceived")) == announced + 4
    with pytest.raises(LookupError, match="evt_x is not in the inbox"):
        stripe_events.replay(["evt_x"], now=clock.now())


@pytest.mark.covers("X-W-26")
def test_an_event_that_was_left_for_review_is_credited_once_its_payment_is_put_right() -> None:
    settle(COMPLETED, amount_total=500)
    commit(Put(deliveries.payment(at=START, amount=500)))
    assert work("evt_0", "evt_0") == []
    assert (standing().status, balance(), noted("evt_0")[0]) == ("SUCCEEDED", 105_000, "DONE")


@pytest.mark.covers("X-W-26")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--event", "evt_0"], "1 events are being worked again\n"),
        (["--since", "2026-03-01T09:30:00Z"], "2 events are being worked again\n"),
        (["--since", "2026-03-01T09:30:01", "--until", "2026-03-01T11:00:00Z"], "1 events are being worked again\n"),
    ],
)
def test_an_operator_replays_from_the_command_line(
    arguments: list[str],
    said: str,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deliver(event("evt_0", COMPLETED), START)
    deliver(event("evt_1", COMPLETED), clock.advance(hours=1))
    capsys.readouterr()
    monkeypatch.setattr("sys.argv", ["operations", "--stage", "test", "replay-inbox", *arguments])
    operations.main()
    assert capsys.readouterr().out == said
    assert len(sent("payments", "StripeEventReceived")) == 2 + int(said[0])


def test_an_operator_is_told_of_an_event_that_never_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["operations", "--stage", "test", "replay-inbox", "--event", "evt_x"])
    with pytest.raises(SystemExit, match="1"):
        operations.main()
    assert "evt_x is not in the inbox" in capsys.readouterr().err
