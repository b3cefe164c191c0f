"""What identity refuses, besides what the kernel does."""

from shared.kernel.errors import Conflict, DomainError, Forbidden, Unauthorized, ValidationFailed
from shared.kernel.text.speech import Sentence


class WrongCredentials(Unauthorized):
    """Address and password do not belong together. It does not tell which of them is wrong (X-P-17)."""

    code, message = "INVALID_CREDENTIALS", "The e-mail address or the password is wrong."


class RefreshRefused(Unauthorized):
    """The refresh token is not valid, or not any more: sign in again."""

    message = "Sign in again."


class UnknownLink(ValidationFailed):
    """The link is not one of ours."""

    code = "UNKNOWN_LINK"
    message = Sentence("This link is not valid. Check that it was copied as a whole, or sign in to ask for another.")


class ExpiredLink(DomainError):
    """The link is too old, was used, or a newer registration of the address has taken its place."""

    status, code = 410, "LINK_EXPIRED"
    message = Sentence("This link is not good any more. Use the one in the newest mail, or ask for another.")


class WrongPassword(ValidationFailed):
    """It is not the password of the registration that is to be confirmed."""

    code = "WRONG_PASSWORD"
    message = Sentence("This is not the password that you chose when you registered. Try again, or choose a new one.")


class AlreadyVerified(Conflict):
    """The address is confirmed; there is nothing to send or to set."""

    code, message = "ALREADY_VERIFIED", Sentence("This e-mail address is confirmed already. Sign in.")


class OwnRoles(Forbidden):
    """Nobody grants a role to themselves."""

    message = "Somebody else has to grant you a role."
