"""What happens in wallets."""

from shared.kernel.events import DomainEvent


class WalletEvent(DomainEvent):
    """Something that happened in a wallet."""

    domain = "wallet"


class CreditsDeposited(WalletEvent):
    """Credits were added to an account; amounts are milli-credits."""

    user_id: str
    amount: int
    balance: int
    available: int
    reference_type: str
    reference_id: str


class CreditsAdjusted(WalletEvent):
    """Support corrected an account; amounts are milli-credits."""

    user_id: str
    amount: int
    balance: int
    reason: str
    admin_id: str


class HoldExpired(WalletEvent):
    """Credits set aside came back because nobody settled them."""

    user_id: str
    hold_id: str
    amount: int


class DriftFound(WalletEvent):
    """An account differs from its entries or holds. Nothing was changed (D-17, X-W-02)."""

    user_id: str
    balance_drift: int
    held_drift: int
