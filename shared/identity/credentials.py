"""What people type in to register and to sign in. Checking addresses takes a library of the ``security`` layer."""

from pydantic import ConfigDict, Field, SecretStr

from shared.identity.rules import MAX_PASSWORD
from shared.identity.schemas import DisplayName
from shared.kernel.text.addresses import MailAddress
from shared.kernel.wire import Wire


class Credentials(Wire):
    """What a person signs in with. Blanks around a password belong to it."""

    model_config = ConfigDict(str_strip_whitespace=False)

    email: MailAddress
    password: SecretStr = Field(min_length=1, max_length=MAX_PASSWORD, examples=["Deep-water-7"])


class SignIn(Credentials):
    """What a person signs in with, and the mark of a device that did so: wrong tries of others do not lock it."""

    device_token: str | None = Field(
        default=None,
        max_length=200,
        description="The `deviceToken` of this device's last sign-in.",
        examples=["dev_01k….0.b64…"],
    )


class Forgotten(Wire):
    """Whose password is to be set anew."""

    email: MailAddress


class Sought(Wire):
    """Whose account staff look for."""

    email: MailAddress


class Registration(Credentials):
    """A new account. The password needs 8 characters, an uppercase letter, a digit and a special character (S-P-13)."""

    display_name: DisplayName
