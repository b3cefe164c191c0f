"""The shop on day one: five packs from 100 to 10000 credits (S-W-60)."""

from datetime import datetime

from shared.payments import prices
from shared.payments.errors import ProductCodeTaken
from shared.payments.schemas import NewPrice, PriceView

SEED = "seed"
"""Stands for the admin and the operation that made these packs."""

PACKS = tuple(
    NewPrice.model_validate(
        {
            "productCode": f"credits-{amount}",
            "credits": amount,
            "bonusCredits": bonus,
            "amount": cents,
            "currency": "USD",
        }
    )
    for amount, bonus, cents in (
        ("100", "0", 199),
        ("500", "0", 949),
        ("1000", "50", 1849),
        ("2500", "200", 4499),
        ("10000", "1500", 16999),
    )
)


def ensure_prices(now: datetime) -> list[PriceView]:
    """Put the five packs into the shop; one that is there stays as an admin left it."""
    for pack in PACKS:
        try:
            prices.create(pack, admin_id=SEED, operation=SEED, now=now)
        except ProductCodeTaken:
            continue
    return prices.shop(everything=True)
