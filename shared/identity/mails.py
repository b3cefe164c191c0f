"""The texts of account mails, and their way out."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from shared.kernel.config import settings
from shared.kernel.storage.client import aws_client

VERIFY_SUBJECT = "Confirm your e-mail address"
VERIFY_TEXT = """Welcome to Wellspring.

Please confirm that this is your e-mail address by opening this link within 24 hours:

{link}

If you did not register, you need not do anything: without your confirmation the address is not used.
"""

KNOWN_SUBJECT = "You already have an account"
KNOWN_TEXT = """Somebody, perhaps you, tried to open a Wellspring account with this e-mail address.

There is one already, and nothing has changed. Sign in with your password. If it was not you, you need not do anything.
"""


@cache
def _ses() -> Any:
    return aws_client("sesv2")


def _send(address: str, subject: str, text: str) -> None:
    _ses().send_email(
        FromEmailAddress=settings().mail_sender,
        Destination={"ToAddresses": [address]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}}},
    )


def send_verification(address: str, token: str) -> None:
    """Send the link that confirms an address."""
    link = f"{settings().public_url}/v1/auth/verify?{urlencode({'token': token})}"
    _send(address, VERIFY_SUBJECT, VERIFY_TEXT.format(link=link))


def send_already_registered(address: str) -> None:
    """Tell the holder of an address that somebody tried to register it again."""
    _send(address, KNOWN_SUBJECT, KNOWN_TEXT)
