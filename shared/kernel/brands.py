"""Brands: the name that people know each product by, and who stands behind it.

A message and a page speak for one product; whoever gets one may never have heard of us, so it says who writes, from
where, and whom to ask. A deployment gives its values in one place (``infra/stages.toml``) and cannot do without.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from shared.kernel.config import settings
from shared.kernel.domains import domains
from shared.kernel.text.speech import Sentence


class Product(StrEnum):
    """What something is about."""

    ACCOUNTS = "accounts"
    GOALS = "goals"
    STREAMS = "streams"


ABOUT = MappingProxyType(
    {
        Product.ACCOUNTS: Sentence("one account for live streams and for daily goals."),
        Product.GOALS: Sentence("people keep daily goals, with the support of others whom they trust."),
        Product.STREAMS: Sentence("live streams, paid by the minute with credits."),
    }
)
"""What a product is, after its name and a colon: for whoever meets it for the first time."""


@dataclass(frozen=True, slots=True)
class Brand:
    """How a product presents itself.

    Attributes:
        product: which.
        name: that people know it by; mails are sent in it.
        owner: the legal person that runs it.
        address: of the owner, for the post.
        contact: mail address of support; replies to mails go there.
        home: where people use the product.
        privacy: address of the privacy notice.
        terms: address of the terms.
    """

    product: Product
    name: str
    owner: str
    address: str
    contact: str
    home: str
    privacy: str
    terms: str

    @property
    def about(self) -> str:
        """Return what the product is."""
        return ABOUT[self.product]


def product_of_domain(name: str) -> Product:
    """Return the product that the pages of a domain are about, where they do not know better."""
    return next((Product(domain.product) for domain in domains() if domain.name == name), Product.ACCOUNTS)


GIVEN = tuple(field.name for field in fields(Brand) if field.name != "product")
"""What a deployment tells of every product."""

EXAMPLE: Mapping[str, Any] = {
    "owner": "Wellspring Example Ltd",
    "address": "1 Spring Street, Exampletown",
    "contact": "help@wellspring.example",
    "privacy": "https://wellspring.example/privacy",
    "terms": "https://wellspring.example/terms",
    "accounts": {"name": "Wellspring", "home": "https://wellspring.example"},
    "goals": {"name": "Dataday", "contact": "help@dataday.example", "home": "https://dataday.example"},
    "streams": {"name": "Wellspring Live", "home": "https://live.wellspring.example"},
}
"""What the local stage and tests say: what all products share, and what each has of its own."""


_EXAMPLES = frozenset({"local", "test"})
"""Stages that may do with the example."""


def brand(product: Product) -> Brand:
    """Return how a product presents itself in this deployment.

    The function needs ``settings=["brands"]``.

    Raises:
        KeyError: the deployment does not tell.
    """
    told = settings().brands
    if not told and settings().stage not in _EXAMPLES:
        raise KeyError("WELLSPRING_BRANDS")
    return _brands(told)[product]


@cache
def _brands(told: str) -> Mapping[Product, Brand]:
    return read(json.loads(told) if told else EXAMPLE)


def read(told: Mapping[str, Any]) -> Mapping[Product, Brand]:
    """Return every brand of what a deployment tells: a product's own values go before those that all share.

    Raises:
        KeyError: something is not told.
    """
    return {product: Brand(product, **_values(told, product)) for product in Product}


def _values(told: Mapping[str, Any], product: Product) -> dict[str, str]:
    own = {**told, **told.get(product, {})}
    return {name: own[name] for name in GIVEN}
