"""Data of messaging that is kept in another way now."""

from shared.kernel.storage.moving import Part
from shared.messaging.items import RecipientItem
from shared.messaging.recipients import readdressing

BACKFILLS = {
    "addresses": Part(RecipientItem, RecipientItem.SK, readdressing.move),
    "numbers": Part(RecipientItem, RecipientItem.SK, readdressing.move_number),
}
