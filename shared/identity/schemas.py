"""Accounts on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AnyHttpUrl, Field, ValidationError

from shared.identity.rules import Role
from shared.kernel.text.reading import Line, Text
from shared.kernel.wire import Change, Instant, Versioned, Wire

DisplayName = Annotated[Line, Field(min_length=1, max_length=50, examples=["Ada"])]


def _web_address(text: str) -> str:
    needed = "a web address such as https://wellspring.example/ada.png is needed"
    if not text.isascii():
        raise ValueError(needed)
    try:
        AnyHttpUrl(text)
    except ValidationError:
        raise ValueError(needed) from None
    return text


class RegistrationAccepted(Wire):
    """What every registration is told, whether or not the address was known (X-P-17)."""

    status: Literal["VERIFICATION_SENT"] = Field(default="VERIFICATION_SENT", examples=["VERIFICATION_SENT"])


class MailAccepted(Wire):
    """The mail is on its way."""

    status: Literal["VERIFICATION_SENT"] = Field(default="VERIFICATION_SENT", examples=["VERIFICATION_SENT"])


class ResetAccepted(Wire):
    """What everybody is told who asks for a new password, whether or not the address was known (X-P-17)."""

    status: Literal["MAIL_SENT_IF_KNOWN"] = Field(default="MAIL_SENT_IF_KNOWN", examples=["MAIL_SENT_IF_KNOWN"])


class Confirmed(Wire):
    """The address is confirmed. Refresh the access token, or sign in: what it permits has changed."""

    status: Literal["VERIFIED"] = Field(default="VERIFIED", examples=["VERIFIED"])


class PasswordSet(Wire):
    """The password is set, and every sign-in until now is over."""

    status: Literal["PASSWORD_SET"] = Field(default="PASSWORD_SET", examples=["PASSWORD_SET"])


class Refreshing(Wire):
    """The refresh token of the last answer."""

    refresh_token: str = Field(min_length=1, max_length=256, examples=["usr_01k….ses_01k….3.b64…"])


class SignedInUser(Wire):
    """Who signed in."""

    id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    email: str = Field(examples=["ada@wellspring.example"])
    email_verified: bool = Field(examples=[True])
    roles: list[str] = Field(examples=[["viewer"]])


class SignedIn(Wire):
    """An access token to send as ``Authorization: Bearer …``, and the token that gets the next one.

    A refresh token works once; using it again later ends the sign-in everywhere it is used.
    """

    access_token: str = Field(examples=["eyJhbGciOiJSUzI1NiIs…"])
    refresh_token: str = Field(examples=["usr_01k….ses_01k….4.b64…"])
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[900])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme
    device_token: str | None = Field(
        description="After a sign-in with a password: keep it on the device and send it with the next one.",
        examples=["dev_01k….0.b64…"],
    )
    user: SignedInUser


class SignedOut(Wire):
    """The sign-in is over: its refresh token at once, its access token within a minute."""

    status: Literal["SIGNED_OUT"] = Field(default="SIGNED_OUT", examples=["SIGNED_OUT"])


class ProfileView(Versioned):
    """What others see (S-P-02). ``version`` is the ETag that ``If-Match`` wants."""

    display_name: str = Field(examples=["Ada"])
    bio: str | None = Field(examples=["Breathes out slowly."])
    avatar_url: str | None = Field(examples=["https://wellspring.example/ada.png"])
    version: int = Field(examples=[1])


class PublicProfile(Wire):
    """What anybody may see of a user; nothing of how they are reached or what they may do (S-P-02)."""

    id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    display_name: str = Field(examples=["Ada"])
    bio: str | None = Field(examples=["Breathes out slowly."])
    avatar_url: str | None = Field(examples=["https://wellspring.example/ada.png"])
    is_creator: bool = Field(examples=[True])


class Me(Wire):
    """The caller: account, what it may do, profile."""

    id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    email: str = Field(examples=["ada@wellspring.example"])
    email_verified: bool = Field(examples=[True])
    roles: list[str] = Field(examples=[["creator", "viewer"]])
    permissions: list[str] = Field(examples=[["identity:self", "live:create", "live:watch"]])
    is_creator: bool = Field(examples=[True])
    profile: ProfileView
    created_at: Instant


class ProfileChange(Change):
    """Fields to change; ``null`` clears ``bio`` and ``avatarUrl``."""

    MAY_BE_NULL = frozenset({"bio", "avatar_url"})

    display_name: DisplayName = ""
    bio: Annotated[Text, Field(max_length=500, examples=["Breathes out slowly."])] | None = None
    avatar_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None, max_length=500, examples=["https://wellspring.example/ada.png"]
    )


class AdministrativeReason(Wire):
    """Why an administrator does this; it is kept in the audit trail."""

    reason: Text = Field(min_length=3, max_length=500, examples=["Reported by three viewers, ticket 4711."])


class RoleChange(Wire):
    """A role to grant or to take away, everywhere or within a tenant."""

    role: Role = Field(examples=["creator"])
    tenant_id: str | None = Field(default=None, pattern=r"^[a-z0-9_]{1,64}$", examples=["acme"])
    granted: bool = Field(strict=True, examples=[True])


class UserView(Wire):
    """A user as support sees them."""

    id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    email: str = Field(examples=["ada@wellspring.example"])
    email_verified: bool = Field(examples=[True])
    suspended: bool = Field(examples=[False])
    roles: list[str] = Field(examples=[["creator", "viewer"]])
    display_name: str = Field(examples=["Ada"])
    created_at: Instant


class AccountView(Wire):
    """An account as administrators see it."""

    id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    roles: list[str] = Field(examples=[["creator", "viewer"]])
    email_verified: bool = Field(examples=[True])
    suspended: bool = Field(examples=[False])
