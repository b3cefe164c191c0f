"""Brands: what a deployment tells of its products, and that it tells it."""

import json

import pytest

from shared.kernel.brands import EXAMPLE, Product, brand
from tests import environment


@pytest.fixture
def told(monkeypatch):
    """Tell a deployment something."""

    def tell(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"WELLSPRING_{name.upper()}", value)
        environment.read_anew()

    yield tell
    environment.read_anew()


@pytest.mark.parametrize(
    ("product", "name"), [("accounts", "Wellspring"), ("goals", "Dataday"), ("streams", "Wellspring Live")]
)
def test_each_product_has_a_name_of_its_own(told, product, name):
    told(stage="test")
    assert brand(Product(product)).name == name


def test_a_product_takes_what_all_share_unless_it_has_its_own(told):
    told(stage="prod", brands=json.dumps({**EXAMPLE, "streams": {"name": "Quelle", "home": "https://q", "terms": "t"}}))
    shown = brand(Product.STREAMS)
    assert (shown.name, shown.home, shown.terms) == ("Quelle", "https://q", "t")
    assert (shown.owner, shown.privacy) == (EXAMPLE["owner"], EXAMPLE["privacy"])
    assert brand(Product.GOALS).terms == EXAMPLE["terms"]


def test_a_deployment_that_was_told_nothing_shows_no_example(told):
    told(stage="prod")
    with pytest.raises(KeyError, match="BRANDS"):
        brand(Product.GOALS)
