"""Looking back: a user's purchases, and the pages a buyer returns to (S-W-52, S-W-53)."""

from urllib.parse import urlencode

from shared.kernel import cursors
from shared.kernel.pages import Link, page
from shared.kernel.storage import reads
from shared.kernel.wire import Page, Raw
from shared.payments import checkout
from shared.payments.errors import PaymentNotFound
from shared.payments.items import PURCHASES, PaymentItem, ProviderRefItem
from shared.payments.schemas import PaymentView


def purchases(user_id: str, *, limit: int, cursor: str | None) -> Page[PaymentView]:
    """Return one page of a user's purchases, newest first. One query.

    Raises:
        BadCursor: the cursor is not one of this list.
    """
    scope = f"purchases#{user_id}"
    found = reads.query(
        PaymentItem,
        PaymentItem.user_id == user_id,
        index=PURCHASES.name,
        limit=limit,
        descending=True,
        start=cursors.decode(scope, cursor),
    )
    views = [_view(item) for item in found.load(PaymentItem)]
    return Page(views, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def purchase(user_id: str, payment_id: str) -> PaymentView:
    """Return one purchase of a user.

    Raises:
        PaymentNotFound: there is none, or it is someone else's.
    """
    item = checkout.find(payment_id)
    if item is None or item.user_id != user_id:
        raise PaymentNotFound
    return _view(item)


def _view(item: PaymentItem) -> PaymentView:
    return PaymentView.model_validate(
        {name: getattr(item, name) for name in PaymentView.model_fields}, by_name=True, by_alias=False
    )


def result_page(session_id: str) -> Raw:
    """Return the page for a buyer who comes back from a checkout: what became of it, and nothing about whose it is.

    It tells what we know, not what the address claims: credits count when the provider has told us so.
    """
    ref = reads.get(ProviderRefItem, checkout.ref_pk(session_id), checkout.REF_SK)
    payment = checkout.find(ref.payment_id) if ref else None
    if payment is None:
        return page("We do not know this checkout", "Look into your purchases to see what became of it.", status=404)
    match payment.status:
        case "SUCCEEDED":
            return page("Payment received", "Thank you. Your credits are on your account.", "You can close this page.")
        case "FAILED":
            return page("Payment not made", "Nothing was bought and nothing is owed. You can start again in the shop.")
        case "UNDER_REVIEW":
            return page("We are checking this payment", "Something about it needs a closer look. We will sort it out.")
        case "REFUNDED":
            return page("Payment refunded", "This purchase was paid back.")
    again = Link("Look again", "?" + urlencode({"session_id": session_id}))
    return page(
        "Waiting for the payment",
        "It is not confirmed yet. Cards take a few seconds, bank transfers up to some days.",
        "Your credits arrive by themselves; you need not wait here.",
        link=again,
    )


def cancelled_page() -> Raw:
    """Return the page for a buyer who left the checkout."""
    return page("Checkout left", "Nothing was bought. You can go back to the shop and choose again.")
