"""What is stored of the timeline."""

from pynamodb.attributes import UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.storage.items import InstantAttribute, Item


class Interaction(Item):
    """A line of the user's timeline (S-A-06).

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | timeline, newest first (S-A-09) |
    | sk | ``INTERACTION#<time, milliseconds, 15 digits>#<id>`` | |

    ``type``: progress_team_ai, progress_team_human, emergency_support_team_notification, planning_session.
    ``content`` is the sentence that says to the user what happened, ``filled`` (JSON) what it leaves open and ``quote``
    what somebody wrote; never another person's address.
    """

    domain = DOMAIN

    interaction_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    type = UnicodeAttribute()
    goal_id = UnicodeAttribute(null=True)
    partner_id = UnicodeAttribute(null=True)
    content = UnicodeAttribute()
    filled = UnicodeAttribute(null=True)
    quote = UnicodeAttribute(null=True)
    metadata = UnicodeAttribute(null=True)
    at = InstantAttribute()
