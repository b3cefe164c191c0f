"""Wallets, and who looks at them."""

from datetime import datetime, timedelta

from shared import wallet
from shared.kernel.storage.client import dynamodb
from shared.wallet.items import AccountItem, account_pk
from tests.clock import START
from tests.triggers import principal

VIEWER = principal("usr_viewer", "wallet:read")
OTHER = principal("usr_other", "wallet:read")
ADMIN = principal("usr_admin", "wallet:reconcile")


def deposit(
    payment: str, amount: int, *, bonus: int = 0, at: datetime = START, user_id: str = VIEWER.user_id
) -> wallet.Posted:
    """Add milli-credits for a payment."""
    return wallet.deposit(user_id, amount, reference=wallet.Reference("PAYMENT", payment), bonus=bonus, now=at)


def hold(hold_id: str, amount: int, *, at: datetime = START) -> wallet.Granted:
    """Set milli-credits of the viewer aside for an hour."""
    size = wallet.HoldSize(want=amount, unit=1)
    return wallet.open_hold(
        VIEWER.user_id,
        hold_id,
        size,
        purpose="test",
        expires_at=at + timedelta(hours=1),
        now=at,
        beside=lambda *_: [],
    )


def settle(hold_id: str, held: int, used: int, *, at: datetime = START) -> wallet.Settled:
    """Charge a part of what was set aside, 70 % of it for the creator."""
    return wallet.settle_hold(
        VIEWER.user_id,
        hold_id,
        held=held,
        used=used,
        reference=wallet.Reference("METER_EVENT", hold_id),
        earner="usr_creator",
        earner_permille=700,
        now=at,
        beside=[],
    )


def falsify(**numbers: int) -> None:
    """Change the stored account of the viewer behind the wallet's back."""
    for name, value in numbers.items():
        dynamodb().update_item(
            TableName=AccountItem.table(),
            Key=AccountItem.key(account_pk(VIEWER.user_id), "ACCOUNT"),
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": {"N": str(value)}},
        )


def rows(prefix: str) -> list[dict]:
    """Return everything in the wallet's table whose partition begins with a prefix, as stored."""
    found = dynamodb().scan(TableName=AccountItem.table(), ConsistentRead=True)["Items"]
    return [row for row in found if row["pk"]["S"].startswith(prefix)]
