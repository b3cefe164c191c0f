"""The shop: price packs, for everyone and for admins (S-W-54, S-W-55)."""

from datetime import datetime
from typing import cast

from shared import wallet
from shared.kernel.clock import system_clock
from shared.kernel.errors import ValidationFailed
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.money import Credits
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.moving import Outcome
from shared.kernel.storage.writes import Put, transact
from shared.kernel.versions import Seen
from shared.payments import rules
from shared.payments.errors import PriceChangedMeanwhile, PriceNotFound, ProductCodeTaken
from shared.payments.events import PriceSet
from shared.payments.items import SHOP, PriceItem, price_sk
from shared.payments.schemas import Currency, NewPrice, PriceChange, PriceView

MOST = 100
"""Packs that a shop is meant for; a list shows all of them on one page."""


BACKFILL = "backfill"
"""Who changed a pack, where it was no administrator."""


class _MadeBefore(Exception):
    def __init__(self, price: PriceItem) -> None:
        super().__init__()
        self.price = price


def price_id_of(product_code: str) -> str:
    """Return the id of the pack with a product code."""
    return derived_id("prc", product_code)


def shop(*, everything: bool) -> list[PriceView]:
    """Return the packs, cheapest first within a currency: those on sale, or all of them for an admin."""
    return _shown(_all(), everything=everything)


def nearest(missing: Credits) -> wallet.NearestPack | None:
    """Return the smallest pack on sale that gives so many milli-credits, else the largest, ``None`` without any."""
    packs = sorted(
        (item for item in _all() if item.on_sale), key=lambda item: (item.credits + item.bonus_credits, item.amount)
    )
    enough = [item for item in packs if item.credits + item.bonus_credits >= missing]
    if not packs:
        return None
    pack = enough[0] if enough else packs[-1]
    return wallet.NearestPack(
        price_id=pack.id, credits=pack.credits + pack.bonus_credits, amount=pack.amount, currency=pack.currency
    )


def _all() -> list[PriceItem]:
    found = reads.query_all(PriceItem, PriceItem.pk == SHOP)
    return [item for item in (PriceItem.load(dict(one)) for one in found) if not item.deleted]


def _shown(items: list[PriceItem], *, everything: bool) -> list[PriceView]:
    best = rules.best_values(item.pack() for item in items if item.on_sale)
    shown = [item for item in items if item.on_sale or everything]
    shown.sort(key=lambda item: (item.currency, item.amount, item.id))
    return [_view(item, best=item.id in best) for item in shown]


def preview(body: NewPrice) -> list[PriceView]:
    """Return the shop as everybody would see it with a pack as it is drafted, new or in place of the one of its code.

    Raises:
        ValidationFailed: the provider takes no payment of so little, or it gives credits away.
    """
    draft = _item(body, operation="")
    _require_sellable(draft)
    others = [item for item in _all() if item.id != draft.id]
    return _shown([*others, draft], everything=False)


def find(price_id: str) -> PriceItem:
    """Return a pack.

    Raises:
        PriceNotFound: there is none.
    """
    item = reads.get(PriceItem, SHOP, price_sk(price_id))
    if item is None or item.deleted:
        raise PriceNotFound
    return item


def _item(body: NewPrice, *, operation: str) -> PriceItem:
    sk = price_sk(price_id_of(body.product_code))
    return PriceItem(pk=SHOP, sk=sk, version=1, created_by=operation, **body.model_dump())


def _require_sellable(item: PriceItem) -> None:
    problem = rules.unsellable(item.pack())
    if problem:
        raise ValidationFailed(details=[("amount", problem)])


def create(body: NewPrice, *, admin_id: str, operation: str, now: datetime) -> PriceView:
    """Put a new pack into the shop; a retry of the same operation finds what the first try made.

    Raises:
        ValidationFailed: the provider takes no payment of so little, or it gives credits away.
        ProductCodeTaken: another pack has the code, or had it before it was deleted.
    """
    item = _item(body, operation=operation)
    _require_sellable(item)

    def taken(old: Attributes | None) -> Exception:
        found = PriceItem.load(old or {})
        return _MadeBefore(found) if found.created_by == operation else ProductCodeTaken()

    try:
        transact([Put(item, condition=PriceItem.pk.does_not_exist(), error=taken), _told(item, admin_id, now)])
    except _MadeBefore as made:
        item = made.price
    return view(item.id)


def change(price_id: str, body: PriceChange, seen: Seen, *, admin_id: str, now: datetime) -> PriceView:
    """Change a pack. Checkouts that have begun keep their terms.

    Raises:
        PriceNotFound: there is none.
        ValidationFailed: nobody could pay it, or it gives credits away; such a pack may only be taken off sale.
        OtherVersion: it is in another version than was seen.
        PriceChangedMeanwhile: somebody else changed it at the same moment.
    """
    item = find(price_id)
    seen.require(item.version)
    changes = body.model_dump(exclude_none=True)
    for name, value in changes.items():
        setattr(item, name, value)
    if item.active or not changes.keys().isdisjoint({"amount", "currency"}):
        _require_sellable(item)
    _replace(item, admin_id, now)
    return view(price_id)


def delete(price_id: str, *, admin_id: str, now: datetime) -> PriceView:
    """Take a pack out of the shop for good. Purchases keep its terms, and its code is not given again.

    Raises:
        PriceNotFound: there is none, or it was deleted before.
        PriceChangedMeanwhile: somebody else changed it at the same moment.
    """
    item = find(price_id)
    item.active, item.deleted = False, True
    _replace(item, admin_id, now)
    return _view(item, best=False)


def _replace(item: PriceItem, admin_id: str, now: datetime) -> None:
    unchanged = PriceItem.version == item.version
    item.version += 1
    transact([Put(item, condition=unchanged, error=PriceChangedMeanwhile), _told(item, admin_id, now)])


def stop_unsellable(item: PriceItem) -> Outcome:
    """Take a stored pack off sale, for a backfill, where it may not be sold."""
    if not item.active or item.deleted or rules.unsellable(item.pack()) is None:
        return Outcome.SAME
    item.active = False
    try:
        _replace(item, BACKFILL, system_clock().now())
    except PriceChangedMeanwhile:
        return Outcome.CHANGED
    return Outcome.STOPPED


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
        featured=item.featured,
        deleted=item.deleted,
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
        currency=cast("Currency", item.currency),
        active=item.active,
        featured=item.featured,
        best_value=best,
        version=item.version,
    )
