"""What live streams declare."""

from dataclasses import dataclass

from shared.kernel.domains import Domain, Local, Provided


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """What a deployment may tell live.

    Attributes:
        livekit_url: base URL of the LiveKit server.
        creator_shares: thousandths that creators earn of what is spent on their streams, by version and the instant
            that each takes effect at (``shared.live.rules.share_at``); versions are added, never changed (X-W-30).
        minimum_balance: milli-credits that a viewer needs to start watching, where one interval costs less (S-W-31).
        paused_minutes: how long a stream may be without a picture before it ends (X-L-06).
        viewings_at_once: on how many devices one user may watch one stream, each paid; one more takes over (D-53).
    """

    livekit_url: str = ""
    creator_shares: str = "1=700@2026-01-01T00:00:00Z"
    minimum_balance: int = 1000
    paused_minutes: int = 10
    viewings_at_once: int = 1


DOMAIN = Domain(
    name="live",
    product="streams",
    permissions={
        "viewer": frozenset({"live:watch"}),
        "creator": frozenset({"live:create"}),
        "moderator": frozenset({"live:moderate"}),
        "admin": frozenset({"live:create", "live:end", "live:moderate", "live:set-rates"}),
    },
    settings=LiveSettings,
    local_settings={"livekit_url": "http://127.0.0.1:4572"},
    secrets={
        "livekit": Provided(
            "Signs LiveKit tokens and verifies its webhooks.",
            {
                "api_key": Local("LIVEKIT_API_KEY", "devkey"),
                "api_secret": Local("LIVEKIT_API_SECRET", "devsecret-devsecret-devsecret-123"),
            },
        )
    },
    channels=("shared.live.channels:STREAM",),
    local_seed="shared.live.categories:ensure",
    hot=frozenset({"discover_streams", "list_streams", "read_stream", "record_tick"}),
    samples={
        "charged": 12000,
        "creator_id": "usr_01k0000000000000000000000b",
        "index": 50,
        "returned": 6000,
        "stream_id": "str_01k0000000000000000000000a",
        "title": "Morning stretch",
        "ViewingEnded.reason": "left",
    },
)
