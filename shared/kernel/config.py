"""Configuration: frozen settings, read from the environment when first asked for; each domain declares its own.

Names of resources are derived from the stage (``shared.kernel.names``); numbers are the defaults of
``decisions.md`` ("Numbers to start from") and may be overridden per deployment.
"""

import os
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, TypeVar

from shared.kernel import names
from shared.kernel.domains import domains

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one deployment is told, of all domains. Each field is the environment variable ``WELLSPRING_<FIELD>``.

    Attributes:
        stage: ``local``, ``test``, ``prod`` …
        function: short name of the running function.
        socket_endpoint: management URL of the WebSocket API (``https://…`` or a local URL).
        socket_url: address that clients open WebSocket connections at (``wss://…``).
        public_url: base URL of the public API, for links in messages.
        brands: names and legal facts of the products as JSON, empty for those of the examples
            (``shared.kernel.brands``).
        access_token_minutes: life of an access token, 5 to 1440 (D-21).
    """

    stage: str
    function: str = ""
    socket_endpoint: str = ""
    socket_url: str = ""
    public_url: str = ""
    brands: str = ""
    access_token_minutes: int = 15

    def table(self, domain: str) -> str:
        """Return the name of a domain's table."""
        return names.table_name(self.stage, domain)


def settings() -> Settings:
    """Return the settings that every domain may need.

    Raises:
        KeyError: the stage is not set.
        ValueError: a number is not one.
    """
    return settings_of(Settings)


def settings_of(kind: type[T]) -> T:
    """Return a domain's settings in this deployment: ``settings_of(LiveSettings).paused_minutes``.

    Raises:
        KeyError: one that has no default is not set.
        ValueError: a number is not one.
    """
    found: T = _kept(kind)  # type: ignore[arg-type]
    return found


@cache
def _kept(kind: type[Any]) -> Any:
    found: dict[str, str | int] = {}
    for one in fields(kind):
        value = os.environ.get(variable(one.name))
        if value:
            found[one.name] = int(value) if one.type is int else value
        elif one.default is MISSING:
            raise KeyError(variable(one.name))
    return kind(**found)


def setting_names() -> frozenset[str]:
    """Return the names of all settings, whoever declares them."""
    kinds = [Settings, *(domain.settings for domain in domains() if domain.settings)]
    return frozenset(one.name for kind in kinds for one in fields(kind))


def variable(setting: str) -> str:
    """Return the environment variable that holds a setting."""
    return f"WELLSPRING_{setting.upper()}"


def callback_variable(provider: str) -> str:
    """Return the environment variable that holds the function URL of a provider's webhook."""
    return f"WELLSPRING_CALLBACK_{provider.upper()}"


def callback_url(provider: str) -> str:
    """Return the address that a provider is told to post to; the function declares it among its ``callbacks``.

    Raises:
        KeyError: it does not.
    """
    return os.environ[callback_variable(provider)]
