from shared.identity import access, keys
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, get
from shared.kernel.security.keys import READ_KEY
from shared.kernel.wire import Raw


@get(
    "/.well-known/jwks.json",
    allow=PUBLIC,
    raw=("application/json",),
    cache="public, max-age=300",
    touches=[access.READ_KEYS, READ_KEY],
    layers=["security"],
)
def publish_keys(clock: Clock) -> Raw:
    """Return the keys that access tokens are checked with, as a JSON Web Key Set."""
    return Raw(keys.key_set(now=clock.now()), media_type="application/json")
