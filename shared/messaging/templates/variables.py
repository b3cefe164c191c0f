"""What a message's template is given, as it is stored: texts, and links whose token is stored nowhere."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from shared.kernel.security import derived


@dataclass(frozen=True, slots=True)
class SecretLink:
    """A link that ends with a derived token (``shared.kernel.security.derived``), which is made when it is needed.

    Attributes:
        address: everything before the token.
        purpose: of the token.
        seed: of the token.
        parts: what tells it from others.
        length: characters of the token, ``None`` for all.
    """

    address: str
    purpose: str
    seed: str
    parts: tuple[str, ...]
    length: int | None = None


Variables = Mapping[str, str | SecretLink]


def stored(variables: Variables) -> str:
    """Return variables as a message keeps them."""
    plain = {name: asdict(value) if isinstance(value, SecretLink) else value for name, value in variables.items()}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def kept(text: str) -> Variables:
    """Return stored variables as they were stored."""
    return {
        name: value if isinstance(value, str) else SecretLink(**value | {"parts": tuple(value["parts"])})
        for name, value in json.loads(text).items()
    }


def given(text: str) -> dict[str, str]:
    """Return stored variables as a template needs them, with their tokens.

    The function needs ``secrets=["derived-tokens"]``.
    """
    return {name: value if isinstance(value, str) else _link(value) for name, value in kept(text).items()}


def _link(link: SecretLink) -> str:
    return link.address + derived.derive(link.purpose, link.seed, *link.parts)[: link.length]
