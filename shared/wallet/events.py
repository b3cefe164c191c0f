"""What happens in wallets."""

from shared.kernel.events import DomainEvent
from shared.kernel.money import NOTHING, Credits


class WalletEvent(DomainEvent):
    """Something that happened in a wallet."""

    domain = "wallet"


class CreditsDeposited(WalletEvent):
    """Credits were added to an account; amounts are milli-credits."""

    user_id: str
    amount: Credits
    balance: Credits
    available: Credits
    reference_type: str
    reference_id: str


class CreditsAdjusted(WalletEvent):
    """Support corrected an account; amounts are milli-credits."""

    user_id: str
    amount: Credits
    balance: Credits
    reason: str
    admin_id: str
    reason_code: str = "OTHER"


class HoldExpired(WalletEvent):
    """Credits set aside came back because nobody settled them."""

    user_id: str
    hold_id: str
    amount: Credits


class HoldVoided(WalletEvent):
    """An administrator gave back what was set aside; nothing will be charged for it."""

    user_id: str
    hold_id: str
    amount: Credits
    reason: str
    admin_id: str


class DriftFound(WalletEvent):
    """An account differs from its entries or holds. Nothing was changed (D-17, X-W-02)."""

    user_id: str
    balance_drift: Credits
    held_drift: Credits
    booked_drift: Credits = NOTHING
