"""Buying: a payment is written first, then the provider is asked for a page to pay on (S-W-42, S-W-43)."""

from datetime import datetime

from shared.kernel.due import due_shard
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.writes import Put, Update, commit, transact
from shared.payments import prices, provider, rules
from shared.payments.errors import PaymentClosed, PriceInactive
from shared.payments.items import ASK_KIND, PAYMENT_SK, PaymentItem, ProviderRefItem, payment_pk
from shared.payments.schemas import Checkout

REF_SK = "REF"


class _BegunBefore(Exception):
    def __init__(self, payment: PaymentItem) -> None:
        super().__init__()
        self.payment = payment


def start(price_id: str, *, user_id: str, operation: str, now: datetime) -> Checkout:
    """Begin a purchase. A retry of the same operation goes on with the payment that the first try made.

    Raises:
        PriceNotFound: there is no such pack.
        PriceInactive: it is no longer sold.
        PaymentClosed: the operation's payment has failed or was made meanwhile.
        Unavailable: the provider does not answer; the payment stays and a retry goes on with it.
    """
    payment = _begin(price_id, user_id, derived_id("pay", operation), now)
    if payment.status != "PENDING":
        raise PaymentClosed
    if payment.provider_ref is None or payment.checkout_url is None:
        opened = provider.open_checkout(payment)
        _record(payment.id, opened)
        payment.provider_ref, payment.checkout_url = opened.session_id, opened.url
    return Checkout(checkout_url=payment.checkout_url, session_id=payment.provider_ref)


def _begin(price_id: str, user_id: str, payment_id: str, now: datetime) -> PaymentItem:
    price = prices.find(price_id)
    if not price.on_sale:
        raise PriceInactive
    payment = PaymentItem(
        pk=payment_pk(payment_id),
        sk=PAYMENT_SK,
        user_id=user_id,
        price_id=price_id,
        product_code=price.product_code,
        credits=price.credits,
        bonus_credits=price.bonus_credits,
        amount=price.amount,
        currency=price.currency,
        provider=provider.PROVIDER,
        status="PENDING",
        created_at=now,
        due_shard=due_shard(ASK_KIND, payment_pk(payment_id)),
        due_at=now + rules.ASK_FIRST,
    )
    try:
        commit(Put(payment, condition=PaymentItem.pk.does_not_exist(), error=_begun_before))
    except _BegunBefore as begun:
        return begun.payment
    return payment


def _begun_before(old: Attributes | None) -> Exception:
    return _BegunBefore(PaymentItem.load(old or {}))


def _record(payment_id: str, opened: provider.Opened) -> None:
    """Note the session on the payment, and the payment under the session; writing the same again is harmless."""
    ref = ProviderRefItem(pk=ref_pk(opened.session_id), sk=REF_SK, payment_id=payment_id)
    first_or_same = PaymentItem.provider_ref.does_not_exist() | (PaymentItem.provider_ref == opened.session_id)
    actions = [PaymentItem.provider_ref.set(opened.session_id), PaymentItem.checkout_url.set(opened.url)]
    transact(
        [
            Update(PaymentItem, payment_pk(payment_id), PAYMENT_SK, actions, condition=first_or_same),
            Put(
                ref,
                condition=ProviderRefItem.pk.does_not_exist() | (ProviderRefItem.payment_id == payment_id),
            ),
        ]
    )


def ref_pk(session_id: str) -> str:
    """Return the key under which a Checkout session's payment is found."""
    return f"REF#{provider.PROVIDER}#{session_id}"


def find(payment_id: str) -> PaymentItem | None:
    """Return a payment, ``None`` when there is none."""
    return reads.get(PaymentItem, payment_pk(payment_id), PAYMENT_SK)
