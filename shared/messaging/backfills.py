"""Data of messaging that is kept in another way now."""

from shared.kernel.storage.moving import Part
from shared.messaging import readdressing
from shared.messaging.items import Recipient

BACKFILLS = {
    "addresses": Part(Recipient, Recipient.SK, readdressing.move),
    "numbers": Part(Recipient, Recipient.SK, readdressing.move_number),
}
