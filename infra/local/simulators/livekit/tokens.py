"""LiveKit's access tokens, verified as the server does, and the signature of its webhooks."""

import base64
import hashlib
import time
from dataclasses import dataclass
from typing import Any

import jwt

from infra.local.simulators._webhooks import Message, Signed

# Both are the server's own: tolerance for skewed clocks, and the life of a webhook's token.
_LEEWAY = 60
_WEBHOOK_LIFE = 5 * 60


class Unauthorized(Exception):
    """The token is not one of this server's; the real server answers 401 in plain text."""


@dataclass(frozen=True)
class Keys:
    """The one API key and secret that the server knows."""

    api_key: str
    secret: str

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            Unauthorized: It is not signed with this key's secret by HS256, has expired or never expires.
        """
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self.secret, ["HS256"], issuer=self.api_key, leeway=_LEEWAY, options={"require": ["exp"]}
            )
        except jwt.InvalidIssuerError as problem:
            raise Unauthorized("invalid API key") from problem
        except jwt.InvalidTokenError as problem:
            raise Unauthorized(f"invalid authorization token: {problem}") from problem
        return claims

    def sign(self, secret: str, message: Message, url: str) -> Signed:
        """Make the headers of a webhook: a token that names the SHA-256 of the body, without "Bearer".

        Its times are the machine's: the SDK that checks them knows no other clock.
        """
        del url
        now = int(time.time())
        digest = base64.b64encode(hashlib.sha256(message.body).digest()).decode()
        claims = {"iss": self.api_key, "nbf": now, "exp": now + _WEBHOOK_LIFE, "sha256": digest}
        headers = {
            "Authorization": jwt.encode(claims, secret, "HS256"),
            "Content-Type": "application/webhook+json",
            "User-Agent": "LiveKit",
        }
        return headers, message.body
