"""Looking back: a user's purchases, and the pages a buyer returns to (S-W-52, S-W-53)."""

from urllib.parse import urlencode

from shared.kernel import cursors
from shared.kernel.brands import Product, brand
from shared.kernel.orders import Order
from shared.kernel.pages import Link, State, page
from shared.kernel.storage import reads
from shared.kernel.text.speech import Sentence, speaker, translated
from shared.kernel.wire import Page, Raw
from shared.payments import checkout
from shared.payments.errors import PaymentNotFound
from shared.payments.items import PURCHASES, PaymentItem, ProviderRefItem
from shared.payments.schemas import PaymentView


def purchases(user_id: str, *, limit: int, cursor: str | None, order: Order) -> Page[PaymentView]:
    """Return one page of a user's purchases. One query.

    Raises:
        BadCursor: the cursor is not one of this list.
    """
    scope = f"purchases#{user_id}#{order}"
    found = reads.query(
        PaymentItem,
        PaymentItem.user_id == user_id,
        index=PURCHASES.name,
        limit=limit,
        descending=order == "newest",
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


def result_page(session_id: str, *, language: str) -> Raw:
    """Return the page for a buyer who comes back from a checkout: what became of it, and nothing about whose it is.

    It tells what we know, not what the address claims: credits count when the provider has told us so.

    Args:
        session_id: of the checkout.
        language: that the browser asks for.
    """
    ref = reads.get(ProviderRefItem, checkout.ref_pk(session_id), checkout.REF_SK)
    payment = checkout.find(ref.payment_id) if ref else None
    if payment is None:
        return _told(
            language,
            Sentence("We do not know this checkout"),
            Sentence("The address may not be complete. Your list of purchases shows what became of it."),
            state="failed",
            status=404,
        )
    match payment.status:
        case "SUCCEEDED":
            return _told(
                language,
                Sentence("Payment received"),
                Sentence("Thank you. Your credits are on your account."),
                state="done",
            )
        case "FAILED":
            return _told(
                language,
                Sentence("Payment not made"),
                Sentence("Nothing was bought and nothing is owed. You can choose again in the shop."),
                state="failed",
            )
        case "UNDER_REVIEW":
            return _told(
                language,
                Sentence("We are checking this payment"),
                Sentence(
                    "Something about it needs a closer look by a person. You need not do anything: your list of "
                    "purchases shows what becomes of it."
                ),
                state="waiting",
            )
        case "REFUNDED":
            return _told(
                language,
                Sentence("Payment refunded"),
                Sentence("This purchase was paid back to the way you paid it."),
                state="done",
            )
    return _told(
        language,
        Sentence("Waiting for the payment"),
        Sentence("It is not confirmed yet. Cards take a few seconds, bank transfers up to some days."),
        link=Link(translated(language, "Look again"), "?" + urlencode({"session_id": session_id})),
        then=Sentence("Your credits arrive by themselves; you need not wait here."),
        state="waiting",
    )


def cancelled_page(language: str) -> Raw:
    """Return the page for a buyer who left the checkout."""
    return _told(
        language,
        Sentence("Checkout left"),
        Sentence("Nothing was bought and nothing was charged. You can choose again in the shop."),
        state="empty",
    )


def _told(
    language: str,
    heading: Sentence,
    sentence: Sentence,
    *,
    link: Link | None = None,
    then: Sentence | None = None,
    state: State,
    status: int = 200,
) -> Raw:
    """Return a page whose reader goes on in the shop."""
    shop, say = brand(Product.STREAMS), speaker(language)
    back = Link(say("Back to {brand}", brand=shop.name), shop.home)
    return page(
        say(heading),
        say(sentence),
        link=link or back,
        ways=(back,) if link else (),
        then=say(then) if then else "",
        state=state,
        locale=language,
        product=Product.STREAMS,
        status=status,
    )
