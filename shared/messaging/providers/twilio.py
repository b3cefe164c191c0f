"""Twilio: texts, WhatsApp messages and calls. The one place that calls it; its SDK is imported only then.

Twilio has no idempotency key for what is sent: after an answer that never came, ``find`` looks whether it was taken.
The SDK's errors name numbers and addresses, so none of them leaves this module.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlencode

from shared.kernel.categories import Channel
from shared.kernel.config import callback_url, settings_of
from shared.kernel.secrets import secret_fields
from shared.kernel.telemetry import logger
from shared.messaging.domain import MessagingSettings
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Refused, Taken

if TYPE_CHECKING:
    from twilio.rest import Client

PROVIDER: Final = "twilio"
SECRET: Final = "twilio"  # noqa: S105 - the secret's name
"""A JSON object: ``account_sid``, and ``auth_token`` with the primary token and, while they are being exchanged, the
one before it, separated by a space."""

WHATSAPP: Final = "whatsapp:"
"""What Twilio writes before a number that is reached by WhatsApp."""

TIMEOUT_SECONDS: Final = 5
_SLACK = timedelta(seconds=2)
"""Twilio tells times in whole seconds, by its own clock."""

_SHORTEST_WAIT: Final = 10
"""Seconds; Twilio advises against five and less."""

_LOOKED_AT = 50
"""Messages to one number that ``find`` goes through, newest first."""

_BUSY = frozenset({10004, 14107, 20409, 20429, 20503, 30001, 30022, 30023, 63018, 63038})
"""Too many requests, or too much for a sender."""

_OURS = frozenset(
    {
        *(10001, 20003, 20005, 20006, 20008, 20403, 20404, 30002),
        *(21212, 21606, 21611, 21659, 21660, 21701, 21703, 21704, 63007),
    }
)
"""Credentials, account or sender are not set up, or the sender's queue is full: the message is as good as before."""

_NOT_NOW = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
_NOT_HERE = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.CONFLICT,
        HTTPStatus.MISDIRECTED_REQUEST,
    }
)
"""Without a code of Twilio's these are not about the message: a proxy, an address or an account that is not right."""

_LOWEST_CODE = 1_000
"""The SDK gives the status for a code where the answer had none."""

_OPTED_OUT = 21610
_NO_SUCH_NUMBER = frozenset({13223, 13224, 21211, 21214, 21217, 21401, 21421, 30005})
"""The number does not exist. Landlines (21614, 30006) do: they can be called."""


def auth_tokens() -> list[str]:
    """Return the tokens that deliveries may be signed with, the one to call with first."""
    found: str = secret_fields(SECRET)["auth_token"]
    return found.split()


def suppression_for(code: int) -> Literal["CARRIER", "WRONG_NUMBER"] | None:
    """Return why an address must not be tried again after an error code, ``None`` where it may be (X-A-10, X-A-36)."""
    if code == _OPTED_OUT:
        return "CARRIER"
    return "WRONG_NUMBER" if code in _NO_SUCH_NUMBER else None


def send(outgoing: Outgoing) -> Taken:
    """Send one attempt.

    Raises:
        Refused: Twilio said no.
        OutcomeUnknown: no answer, or trouble at Twilio's: it may have been sent.
    """
    with _judged():
        sid = (_place_call if outgoing.channel is Channel.VOICE else _send_text)(_connect(), outgoing)
    return Taken(sid)


def find(outgoing: Outgoing) -> Taken | None:
    """Return what Twilio took of an attempt whose answer never came, ``None`` where it took nothing.

    A text is known by its words. A call, or a WhatsApp template whose words Twilio fills in, is known by its number and
    time alone.

    Raises:
        Refused: Twilio does not tell now.
        OutcomeUnknown: it does not answer.
    """
    with _judged():
        if outgoing.channel is Channel.VOICE:
            found: list[Any] = _connect().calls.list(to=outgoing.to, limit=_LOOKED_AT)
        else:
            found = _connect().messages.list(to=_address(outgoing), limit=_LOOKED_AT)
        return next((Taken(str(one.sid)) for one in found if _is(one, outgoing)), None)


def _is(one: Any, outgoing: Outgoing) -> bool:
    """Tell whether what Twilio has is an attempt of ours."""
    by_words = outgoing.channel is Channel.SMS or (outgoing.channel is Channel.WHATSAPP and _free(outgoing))
    ours = one.direction == "outbound-api" and (not by_words or one.body == outgoing.words.text)
    return bool(ours and one.date_created and one.date_created >= outgoing.claimed_at - _SLACK)


def _send_text(client: "Client", outgoing: Outgoing) -> str:
    what: dict[str, Any] = {"body": outgoing.words.text}
    if outgoing.channel is Channel.WHATSAPP and not _free(outgoing):
        variables = {str(number): value for number, value in enumerate(outgoing.words.content_variables, 1)}
        what = {"content_sid": outgoing.words.content_sid, "content_variables": json.dumps(variables)}
    sender: dict[str, str] = {"messaging_service_sid": settings_of(MessagingSettings).twilio_messaging_service}
    if outgoing.channel is Channel.SMS:
        what["validity_period"] = max(int(outgoing.within.total_seconds()), _SHORTEST_WAIT)
    else:
        sender = {"from_": WHATSAPP + settings_of(MessagingSettings).twilio_whatsapp_from}
    sent = client.messages.create(to=_address(outgoing), status_callback=_callback(outgoing), **sender, **what)
    return _sid(sent)


def _place_call(client: "Client", outgoing: Outgoing) -> str:
    from twilio.twiml.voice_response import VoiceResponse

    spoken = VoiceResponse()
    spoken.pause(length=1)
    spoken.say(outgoing.words.text, language=outgoing.words.voice)
    call = client.calls.create(
        to=outgoing.to,
        from_=settings_of(MessagingSettings).twilio_voice_from,
        twiml=str(spoken),
        # Speaks to a person at once and to a machine after its greeting, so that nothing is cut off (X-A-41).
        machine_detection="DetectMessageEnd",
        status_callback=_callback(outgoing),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    return _sid(call)


def _sid(taken: Any) -> str:
    if not isinstance(taken.sid, str):
        raise TypeError
    return taken.sid


def _free(outgoing: Outgoing) -> bool:
    """Tell whether a WhatsApp message goes out in our own words: within 24 hours of the person's own (X-A-28)."""
    return outgoing.conversation or outgoing.words.content_sid is None


def _address(outgoing: Outgoing) -> str:
    return WHATSAPP + outgoing.to if outgoing.channel is Channel.WHATSAPP else outgoing.to


def _callback(outgoing: Outgoing) -> str:
    return f"{callback_url(PROVIDER)}?{urlencode({'message': outgoing.message_id, 'attempt': outgoing.attempt})}"


def _connect() -> "Client":
    base = settings_of(MessagingSettings).twilio_api_base
    return _client(secret_fields(SECRET)["account_sid"], next(iter(auth_tokens()), ""), base)


@lru_cache(maxsize=1)
def _client(account_sid: str, token: str, base: str) -> "Client":
    import logging

    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    # The SDK logs addresses of requests, which hold numbers.
    quiet = logging.getLogger(f"{__name__}.sdk")
    quiet.disabled = True
    client = Client(account_sid, token, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS, logger=quiet))
    if base:
        client.api.base_url = base
    return client


@contextmanager
def _judged() -> Iterator[None]:
    """Turn what the SDK raises, and an answer that is none, into what it means for the attempt.

    What never reached Twilio may be sent again, what Twilio refused may not unless the refusal says so, and for
    everything else Twilio is asked what it has before anything is sent again.
    """
    import requests
    from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (TwilioRestException, TwilioServiceException) as answer:
        verdict = _verdict(answer.status, answer.code)
        raise verdict from None
    except requests.RequestException as failure:
        verdict = Refused("unreachable", again=True) if _never_arrived(failure) else OutcomeUnknown()
        raise verdict from None
    except TwilioException:
        # Account or token are empty; or, of a list, its page is none.
        raise Refused("credentials", again=True) from None
    except (HTTPError, OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError) as nonsense:
        # The answer broke off, or is no JSON, or not of the form that the SDK reads.
        logger().error("twilio_answer_unreadable", trouble=type(nonsense).__name__)
        raise OutcomeUnknown from None


def _verdict(status: object, code: object) -> Refused | OutcomeUnknown:
    """Return what an answer of Twilio's means, by its code where it has one, else by its status."""
    if not isinstance(status, int):
        return OutcomeUnknown()
    told = code if isinstance(code, int) and code >= _LOWEST_CODE else None
    if told in _BUSY or told in _OURS or status in _NOT_NOW:
        return Refused(str(told or status), again=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown()
    if told is None:
        return Refused(str(status), again=status < HTTPStatus.BAD_REQUEST or status in _NOT_HERE)
    return Refused(str(told), suppress=suppression_for(told))


def _never_arrived(failure: Exception) -> bool:
    """Tell whether a request failed before Twilio got any of it: there was no connection, or no request."""
    from requests import exceptions
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    no_request = (
        exceptions.URLRequired,
        exceptions.MissingSchema,
        exceptions.InvalidSchema,
        exceptions.InvalidURL,
        exceptions.ProxyError,
        exceptions.ConnectTimeout,
    )
    reason = getattr(failure.args[0], "reason", None) if failure.args else None
    return isinstance(failure, no_request) or isinstance(reason, ConnectTimeoutError | NewConnectionError)
