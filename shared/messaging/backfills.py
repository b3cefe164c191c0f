"""Data of messaging that is kept in another way now."""

from shared.kernel.storage.moving import Part
from shared.messaging import readdressing
from shared.messaging.items import RecipientItem

BACKFILLS = {
    "addresses": Part(RecipientItem, RecipientItem.SK, readdressing.move),
    "numbers": Part(RecipientItem, RecipientItem.SK, readdressing.move_number),
}
