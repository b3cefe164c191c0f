"""The shop: price packs, for everyone and for admins (S-W-54, S-W-55)."""

from datetime import datetime

from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Attributes, Put, transact
from shared.payments import rules
from shared.payments.errors import PriceChangedMeanwhile, PriceNotFound, ProductCodeTaken
from shared.payments.events import PriceSet
from shared.payments.items import SHOP, PriceItem, price_sk
from shared.payments.schemas import NewPrice, PriceChange, PriceView

MOST = 100
"""Packs that a shop is meant for; a list shows all of them on one page."""


class _MadeBefore(Exception):
    def __init__(self, price: PriceItem) -> None:
        super().__init__()
        self.price = price


def price_id_of(product_code: str) -> str:
    """Return the id of the pack with a product code."""
    return derived_id("prc", product_code)


def shop(*, everything: bool) -> list[PriceView]:
    """Return the packs, cheapest first within a currency: those on sale, or all of them for an admin."""
    items = [
        PriceItem.load(dict(found)) for found in reads.query_all(PriceItem, PriceItem.pk == SHOP, consistent=False)
    ]
    best = rules.best_values(item.pack() for item in items if item.active)
    shown = [item for item in items if item.active or everything]
    shown.sort(key=lambda item: (item.currency, item.amount, item.id))
    return [_view(item, best=item.id in best) for item in shown]


def find(price_id: str) -> PriceItem:
    """Return a pack.

    Raises:
        PriceNotFound: there is none.
    """
    item = reads.get(PriceItem, SHOP, price_sk(price_id))
    if item is None:
        raise PriceNotFound
    return item


def create(body: NewPrice, *, admin_id: str, operation: str, now: datetime) -> PriceView:
    """Put a new pack into the shop; a retry of the same operation finds what the first try made.

    Raises:
        ProductCodeTaken: another pack has the code.
    """
    item = PriceItem(
        pk=SHOP,
        sk=price_sk(price_id_of(body.product_code)),
        version=1,
        created_by=operation,
        **body.model_dump(),
    )

    def taken(old: Attributes | None) -> Exception:
        found = PriceItem.load(old or {})
        return _MadeBefore(found) if found.created_by == operation else ProductCodeTaken()

    try:
        transact([Put(item, condition=PriceItem.pk.does_not_exist(), error=taken), _told(item, admin_id, now)])
    except _MadeBefore as made:
        item = made.price
    return view(item.id)


def change(price_id: str, body: PriceChange, *, admin_id: str, now: datetime) -> PriceView:
    """Change a pack. Checkouts that have begun keep their terms.

    Raises:
        PriceNotFound: there is none.
        PriceChangedMeanwhile: somebody else changed it at the same moment.
    """
    item = find(price_id)
    unchanged = PriceItem.version == item.version
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(item, name, value)
    item.version += 1
    transact([Put(item, condition=unchanged, error=PriceChangedMeanwhile), _told(item, admin_id, now)])
    return view(price_id)


def view(price_id: str) -> PriceView:
    """Return a pack as an admin sees it."""
    for shown in shop(everything=True):
        if shown.id == price_id:
            return shown
    raise PriceNotFound


def _told(item: PriceItem, admin_id: str, now: datetime) -> Put:
    event = PriceSet(
        price_id=item.id,
        product_code=item.product_code,
        credits=item.credits,
        bonus_credits=item.bonus_credits,
        amount=item.amount,
        currency=item.currency,
        active=item.active,
        version=item.version,
        admin_id=admin_id,
    )
    return outbox(event, at=now)


def _view(item: PriceItem, *, best: bool) -> PriceView:
    return PriceView(
        id=item.id,
        product_code=item.product_code,
        credits=item.credits,
        bonus_credits=item.bonus_credits,
        amount=item.amount,
        currency=item.currency,
        active=item.active,
        best_value=best,
    )
