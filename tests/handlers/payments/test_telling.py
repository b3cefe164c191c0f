"""Buyers hear that their payment arrived."""

import pytest

from functions.payments.tell_of_payment import tell_of_payment
from shared.kernel.categories import Channel
from shared.kernel.money import Credits, Minor
from shared.messaging.templates import rendering
from shared.payments.events import PaymentSucceeded
from tests import team
from tests.calls import Invoke
from tests.clock import START
from tests.triggers import queue_event

PAID = PaymentSucceeded(
    payment_id="pay_1",
    user_id="usr_viewer",
    credits=Credits(100_000),
    bonus_credits=Credits(5_000),
    amount=Minor(1099),
    currency="USD",
)


@pytest.mark.covers("X-N-02", "S-N-01")
def test_a_payment_is_told_once_in_the_product_and_once_by_mail_whatever_its_event_does(invoke: Invoke) -> None:
    assert invoke(tell_of_payment, queue_event(PAID, PAID)) == {"batchItemFailures": []}
    assert invoke(tell_of_payment, queue_event(PAID)) == {"batchItemFailures": []}
    asked = [(one["recipient_id"], one["category"], one["channels"]) for one in team.messages("payment.success")]
    assert sorted(asked, key=str) == [
        ("usr_viewer", "payment", [{"S": "EMAIL"}]),
        ("usr_viewer", "payment", [{"S": "IN_APP"}]),
    ]
    for channel in (Channel.EMAIL, Channel.IN_APP):
        values = {"amount": "10.99 USD", "credits": "105"}
        said = rendering.render("payment.success", "en", channel, values, first_text=False, now=START)
        assert "You paid 10.99 USD. 105 credits are on your account." in said.text
    (message, _) = team.messages("payment.success")
    assert message["variables"] == '{"amount": "10.99 USD", "credits": "105"}'


def test_a_currency_without_parts_is_told_without_them(invoke: Invoke) -> None:
    yen = PAID.model_copy(update={"payment_id": "pay_2", "amount": Minor(500), "currency": "JPY"})
    invoke(tell_of_payment, queue_event(yen))
    assert '"500 JPY"' in team.messages("payment.success")[0]["variables"]
