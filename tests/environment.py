"""The environment that settings are read from."""

from shared.kernel import config


def read_anew() -> None:
    """Forget the settings of this process, so that the next use reads the environment."""
    config._kept.cache_clear()
