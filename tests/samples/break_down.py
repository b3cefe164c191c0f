"""An endpoint that fails in a way nobody foresaw."""

from shared.kernel.declare import PUBLIC, get


@get("/v1/broken", allow=PUBLIC)
def break_down() -> None:
    """Fail with details that must not leave the system."""
    raise RuntimeError("token eyJhbGciOi of ada@example.org at /var/task")
