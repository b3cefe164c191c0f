"""What messaging stores of answers: which matters wait for one, questions that we asked back, replies for people."""

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from shared.kernel.storage.items import InstantAttribute, Item
from shared.messaging.items import DOMAIN, REVIEWS


class Review(Item):
    """A reply that a person has to judge; its words stay in the inbox.

    ``kind`` is REVOKES where it may take consent back: its address is held until then (X-A-06). It is UNCLEAR where it
    was no clear answer, and neither was what came after we had asked; then ``matter``, ``recipient_id``, ``message_id``
    and ``about`` are those of the conversation.

    | key | value | access |
    |---|---|---|
    | pk | ``REVIEW#<review>`` | read, decide |
    | sk | ``REVIEW`` | |
    | reviews | ``review_status`` OPEN or DECIDED, ``opened_at`` | the queue, oldest first |
    """

    domain = DOMAIN
    SK = "REVIEW"
    index = REVIEWS

    review_id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    address = UnicodeAttribute()
    recipients = ListAttribute(of=UnicodeAttribute)
    kind = UnicodeAttribute(default="REVOKES")
    matter = UnicodeAttribute(null=True)
    recipient_id = UnicodeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    about = UnicodeAttribute(null=True)
    review_status = UnicodeAttribute()
    opened_at = InstantAttribute()
    decision = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decided_at = InstantAttribute(null=True)
    note = UnicodeAttribute(null=True)


def review_pk(review_id: str) -> str:
    """Return the partition of a review."""
    return f"REVIEW#{review_id}"
