"""What the wallet declares."""

from dataclasses import dataclass
from datetime import timedelta

from shared.kernel.categories import Cap, Category, Channel
from shared.kernel.domains import Domain


@dataclass(frozen=True, slots=True)
class WalletSettings:
    """What a deployment may tell the wallet.

    Attributes:
        adjustment_cap: whole credits up to which one administrator corrects a wallet alone.
        adjustment_daily_cap: whole credits that one administrator moves alone in a day (UTC).
    """

    adjustment_cap: int = 500
    adjustment_daily_cap: int = 2000


DOMAIN = Domain(
    name="wallet",
    product="streams",
    permissions={"viewer": frozenset({"wallet:read"}), "admin": frozenset({"wallet:reconcile"})},
    settings=WalletSettings,
    # There is one demo administrator, and stories need credits.
    local_settings={"adjustment_cap": "1000000", "adjustment_daily_cap": "10000000"},
    categories=(Category("balance", (Channel.IN_APP, Channel.EMAIL), caps=(Cap(1, timedelta(hours=24)),)),),
    hot=frozenset({"list_entries", "read_balance"}),
    samples={
        "amount": 5000,
        "available": 95000,
        "balance": 105000,
        "balance_drift": 1000,
        "held_drift": -1000,
        "hold_id": "hld_01k0000000000000000000000a",
        "reference_id": "pay_01k0000000000000000000000a",
        "reference_type": "PAYMENT",
    },
)
