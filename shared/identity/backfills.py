"""Data of identity that is kept in another way now."""

from shared.identity import readdressing
from shared.identity.items import Account
from shared.kernel.storage.moving import Part

BACKFILLS = {
    "addresses": Part(Account, Account.SK, readdressing.move),
}
