"""Data of wallet that is kept in another way now."""

from shared.kernel.storage.moving import Part
from shared.wallet import projection
from shared.wallet.items import ACCOUNT_SK, AccountItem

BACKFILLS = {
    "books": Part(AccountItem, ACCOUNT_SK, projection.catch_up),
}
