"""Credits are exact: integers of milli-credits inside, decimal strings outside."""

import ast
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.money import CreditAmount, CreditInput, MinorAmount, Money, credits_of, from_decimal, to_decimal
from shared.kernel.registry import ROOT
from tests.imports import sources, tree

AMOUNTS = st.integers(-(10**18) + 1, 10**18 - 1)


def _makes_a_float(node: ast.AST) -> bool:
    divides = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    written = isinstance(node, ast.Constant) and isinstance(node.value, float)
    return divides or written or (isinstance(node, ast.Name) and node.id == "float")


@pytest.mark.covers("S-W-08")
def test_credits_and_money_are_reckoned_without_floats() -> None:
    modules = sources("shared/wallet", "shared/payments", "shared/live/metering", "functions/wallet")
    modules |= {"shared.kernel.money": ROOT / "shared/kernel/money.py"}
    floats = {
        (name, node.lineno) for name, at in modules.items() for node in ast.walk(tree(at)) if _makes_a_float(node)
    }
    assert floats == set()


@pytest.mark.covers("X-W-21")
@given(AMOUNTS)
def test_an_amount_survives_its_way_out_and_in(amount: int) -> None:
    assert from_decimal(to_decimal(amount)) == amount


@given(AMOUNTS)
def test_the_text_is_the_exact_value_without_needless_zeros(amount: int) -> None:
    text = to_decimal(amount)
    assert Decimal(text) * 1000 == amount
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0"), (1, "0.001"), (1500, "1.5"), (-1, "-0.001"), (-2000, "-2"), (credits_of(7), "7")]
)
def test_amounts_read_as_people_write_them(amount: int, text: str) -> None:
    assert to_decimal(amount) == text


@pytest.mark.parametrize(
    "wrong",
    [
        1,
        1.5,
        True,
        None,
        "",
        " 1",
        "1 ",
        "1.",
        ".5",
        "1.2345",
        "1e3",
        "+1",
        "--1",
        "1,5",
        "NaN",
        "\u0661",
        "1\n",
        "9" * 16,
    ],
)
def test_anything_else_than_a_decimal_string_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="decimal string"):
        from_decimal(wrong)
    with pytest.raises(ValidationError):
        TypeAdapter(CreditInput).validate_python(wrong)


def test_the_wire_says_strings_both_ways() -> None:
    assert TypeAdapter(CreditAmount).dump_json(1500) == b'"1.5"'
    assert TypeAdapter(CreditAmount).json_schema(mode="serialization")["type"] == "string"
    assert TypeAdapter(CreditInput).json_schema(mode="validation")["type"] == "string"


@pytest.mark.parametrize("wrong", [{"amount": -1, "currency": "USD"}, {"amount": 1, "currency": "usd"}, {"amount": 1}])
def test_money_is_minor_units_of_a_currency(wrong: dict[str, object]) -> None:
    assert Money(amount=999, currency="USD").amount == 999
    with pytest.raises(ValidationError):
        Money.model_validate(wrong)


MIXED = """
from shared.kernel.money import NOTHING, Credits, Minor, Money
from shared.wallet.journal import deposit
from shared.wallet.rules import Account, Reference, spent
from datetime import datetime

def mix(price: Minor, pack: Credits, at: datetime) -> None:
    pack + price
    price - pack
    pack > price
    more: Credits = pack + 10
    all_of_it: Credits = sum([price], NOTHING)
    deposit("usr", price, reference=Reference("PAYMENT", "pay"), now=at)
    deposit("usr", 999, reference=Reference("PAYMENT", "pay"), now=at)
    spent("usr", price, earner=None, earner_permille=0)
    Account(available=price)
    Money(amount=pack, currency="USD")
"""


@pytest.mark.covers("X-W-21")
def test_the_type_checker_refuses_every_way_to_mix_credits_and_money(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.py"
    mixed.write_text(MIXED)
    checked = subprocess.run([sys.executable, "-m", "mypy", str(mixed)], capture_output=True, text=True, check=False)
    refused = {int(line.split(":")[1]) for line in checked.stdout.splitlines() if ": error:" in line}
    first = MIXED[: MIXED.index("    pack + price")].count("\n") + 1
    assert refused == set(range(first, MIXED.count("\n") + 1)), checked.stdout


@pytest.mark.covers("X-W-21", "X-P-33")
def test_schemas_tell_credits_from_money() -> None:
    answered = TypeAdapter(CreditAmount).json_schema(mode="serialization")
    money = TypeAdapter(MinorAmount).json_schema()
    assert (answered["type"], answered["format"]) == ("string", "credits")
    assert (money["type"], money["format"]) == ("integer", "minor-units")
    assert TypeAdapter(CreditInput).json_schema()["format"] == "credits"
