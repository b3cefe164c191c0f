"""Whose brand a message speaks in: that of the product which it is about."""

import re

from shared.kernel.brands import Product

_PRODUCTS = {"account": Product.ACCOUNTS, "balance": Product.STREAMS, "payment": Product.STREAMS}
"""Products by the first word of what a template or a category is called; every other is about goals."""


def product_of(name: str) -> Product:
    """Return the product that messages of a template (``account.verify``) or a category (``partner-ask``) are about."""
    return _PRODUCTS.get(re.split("[.-]", name)[0], Product.GOALS)
