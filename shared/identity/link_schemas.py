"""What comes back with the token of a mailed link."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, SecretStr, model_validator

from shared.identity.rules import MAX_PASSWORD
from shared.kernel.wire import Wire

LinkToken = Annotated[str, Field(max_length=200, examples=["mail_01k….b64…"])]
"""The token at the end of a link."""

TypedPassword = Annotated[str, Field(max_length=MAX_PASSWORD, examples=["Deep-water-7"])]
"""A password as a form sends it, empty where it was left out."""


class Confirmation(Wire):
    """The token of a verification link with one of two: the password of the registration, or a new one."""

    model_config = ConfigDict(str_strip_whitespace=False)

    token: LinkToken
    password: SecretStr | None = Field(default=None, min_length=1, max_length=MAX_PASSWORD, examples=["Deep-water-7"])
    new_password: SecretStr | None = Field(default=None, min_length=1, max_length=MAX_PASSWORD, examples=[None])

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.password is None) == (self.new_password is None):
            raise ValueError("send the password of the registration, or a new one")
        return self

    def passwords(self) -> tuple[str, str]:
        """Return the password of the registration and the new one, the one that was not sent empty."""
        given = (self.password, self.new_password)
        one, other = (secret.get_secret_value() if secret else "" for secret in given)
        return one, other


class NewPassword(Wire):
    """The token of a reset link, and the password to set."""

    model_config = ConfigDict(str_strip_whitespace=False)

    token: LinkToken
    new_password: SecretStr = Field(min_length=1, max_length=MAX_PASSWORD, examples=["Deeper-water-8"])
