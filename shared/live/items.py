"""What the ``live`` table holds of streams. Viewing sessions add theirs in ``shared.live.metering``."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from shared.kernel.due import DueIndexed
from shared.kernel.inbox import RECEIVED, InboxItem
from shared.kernel.storage.items import CreditsAttribute, InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.table import DUE, Index, Table

DOMAIN = "live"

_SHOWN = (
    "creator_id",
    "title",
    "category",
    "status",
    "thumbnail_url",
    "viewers",
    "rate_per_minute",
    "premium_permille",
    "created_at",
    "started_at",
    "ended_at",
)
"""What a list shows of a stream besides the keys: a page is one call and never reads the streams themselves."""

LISTED = Index("listed", "listed", "listing", include=_SHOWN)
CATEGORY = Index("category", "category_id", "listing", include=_SHOWN)
POPULAR = Index("popular", "on_air", "popularity", include=(*_SHOWN, "category_id"))
WATCHING = Index("watching", "watching_stream", "watching_user", include=("started_at",))

TABLE = Table(DOMAIN, indexes=(DUE, LISTED, CATEGORY, POPULAR, WATCHING, RECEIVED))

EVERY_STREAM = "STREAM"
"""The one partition of ``listed``, and of ``popular``."""


class Stream(DueIndexed):
    """A broadcast of one creator.

    | key | value | access |
    |---|---|---|
    | pk | ``STREAM#<stream id>`` | one stream |
    | sk | ``STREAM`` | |

    | index | key | access |
    |---|---|---|
    | listed | ``listed`` ``STREAM``, ``listing`` | every stream that was on air, live ones first, latest first |
    | category | ``category_id``, ``listing`` | the same of one category |
    | due | ``due_shard`` ``stream#<n>``, ``due_at`` | those that wait for a picture |
    | popular | ``on_air`` ``STREAM``, ``popularity`` | every stream on air by its viewers, then by when it began |

    ``listing`` (``rules.listing``) is absent while a stream is not listed, so both indexes are sparse; so is
    ``popular``, whose ``on_air`` is absent while nothing is broadcast and whose ``popularity`` (``rules.popularity``)
    is set with each count of the viewers. ``STREAM`` is one partition of each: it takes a write when a stream starts,
    pauses, ends or its viewer count changes (gathered over a few seconds; two where the key changes), which one
    partition bears for some thousands of streams on air at once (1,000 writes/s), and a page of 20 costs one or two of
    its 3,000 read units/s, behind a 30-second cache. Shard it before that is passed: an index that throttles holds up
    the writes of its streams (never those of viewing sessions, which are not in it).

    ``rate_per_minute`` is what a minute costs since its category or premium was set; a rate of the category that
    takes effect later replaces it (``rules.rate_at``).
    ``viewers`` is a count of the ``watching`` index made at ``viewers_counted_at``; the next one that was asked for is
    made at ``count_due_at``. ``ready_at`` is since when its creator wants to be on air, ``live_since`` when it last
    went live, ``paused_at`` is there from a pause until the stream goes on, ``paused_ms`` is how long the pauses before
    took together.
    """

    domain = DOMAIN

    creator_id = UnicodeAttribute()
    title = UnicodeAttribute()
    category = UnicodeAttribute()
    category_id = UnicodeAttribute()
    status = UnicodeAttribute()
    thumbnail_url = UnicodeAttribute(null=True)
    premium_permille = IntegerAttribute()
    rate_per_minute = CreditsAttribute()
    viewers = IntegerAttribute()
    viewers_counted_at = InstantAttribute(null=True)
    count_due_at = InstantAttribute(null=True)
    created_at = InstantAttribute()
    started_at = InstantAttribute(null=True)
    paused_at = InstantAttribute(null=True)
    paused_ms = IntegerAttribute(default=0)
    ready_at = InstantAttribute(null=True)
    live_since = InstantAttribute(null=True)
    version = IntegerAttribute(null=True)
    ended_at = InstantAttribute(null=True)
    listed = UnicodeAttribute(null=True)
    listing = UnicodeAttribute(null=True)
    on_air = UnicodeAttribute(null=True)
    popularity = UnicodeAttribute(null=True)

    @property
    def stream_id(self) -> str:
        """The stream's id, which is also the name of its room."""
        return stream_id_of(self.pk)

    @property
    def off_air_since(self) -> datetime | None:
        """Since when nothing is broadcast: the pause, also where the stream then ended out of it, or the end."""
        since: datetime | None = self.paused_at or self.ended_at
        return since

    @property
    def waits(self) -> bool:
        """Whether it is paused, or its creator wants to be on air and there is no picture yet."""
        planned = self.status == "SCHEDULED" and self.ready_at is not None
        return planned or self.status == "PAUSED"


def stream_pk(stream_id: str) -> str:
    """Return the partition key of a stream."""
    return f"STREAM#{stream_id}"


def stream_id_of(pk: str) -> str:
    """Return the stream that a partition key is of."""
    return pk.removeprefix("STREAM#")


STREAM_SK = "STREAM"


class Watching(Item):
    """What a viewing session carries while it is active, and only then: who watches what, since when.

    | index | key | access |
    |---|---|---|
    | watching | ``watching_stream``, ``watching_user`` ``<user>#<session>`` | count and list the viewers of a stream |

    Both keys are removed in the write that ends the session, so that the index holds the present viewers only.
    ``started_at`` never changes: ticks cost the index nothing.
    """

    domain = DOMAIN

    watching_stream = UnicodeAttribute(null=True)
    watching_user = UnicodeAttribute(null=True)
    started_at = InstantAttribute()

    @property
    def watcher(self) -> str:
        """Who watches; only of an active session."""
        return self.watching_user.partition("#")[0]


class Category(Item):
    """A category of streams and, where it has one, its own rate (S-L-09, S-W-29).

    | key | value | access |
    |---|---|---|
    | pk | ``CATEGORIES`` | all of them, in one query |
    | sk | ``CATEGORY#<category id>`` (``rules.category_id``) | one |
    """

    domain = DOMAIN

    name = UnicodeAttribute()
    rate_per_minute = CreditsAttribute(null=True)


class RateItem(Item):
    """A rate of a category from an instant on, for good: what it once cost stays to be seen (X-W-29).

    | key | value | access |
    |---|---|---|
    | pk | ``CATEGORIES`` | the schedules of all categories, in one query |
    | sk | ``RATE#<category id>#<milliseconds>`` | the schedule of one, oldest first |
    """

    domain = DOMAIN

    category_id = UnicodeAttribute()
    rate_per_minute = CreditsAttribute()
    effective_from = InstantAttribute()
    set_by = UnicodeAttribute()
    set_at = InstantAttribute()


RATE_PREFIX = "RATE#"


def rate_prefix(category_id: str) -> str:
    """Return what the sort keys of a category's rates begin with."""
    return f"{RATE_PREFIX}{category_id}#"


CATEGORIES_PK = "CATEGORIES"
CATEGORY_PREFIX = "CATEGORY#"


def category_sk(category_id: str) -> str:
    """Return the sort key of a category."""
    return f"{CATEGORY_PREFIX}{category_id}"


class LiveInbox(InboxItem):
    """LiveKit's events."""

    domain = DOMAIN
