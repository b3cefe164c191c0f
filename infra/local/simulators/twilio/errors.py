"""Twilio's error answers."""

from starlette.responses import JSONResponse, Response

_KNOWN = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests"),
    20500: (500, "Internal Server Error"),
    21205: (400, "Url or Twiml is required"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid 'From' Phone Number"),
    21217: (400, "Phone number does not appear to be valid"),
    21408: (403, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number is not a valid, message-capable number of this account"),
    21609: (400, "The 'StatusCallback' URL is not a valid URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The 'To' phone number is not currently reachable"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    21701: (404, "The Messaging Service does not exist"),
    21910: (400, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"),
    13227: (400, "No international permission to call this number"),
    13224: (400, "Invalid phone number"),
}


class TwilioError(Exception):
    """An error in Twilio's shape, by its code."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.status, self.message = _KNOWN.get(code, (400, f"Refused with {code}"))
        super().__init__(self.message)


def error_response(error: TwilioError) -> Response:
    """Answer with an error: ``{"code", "message", "more_info", "status"}``."""
    more = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": error.message, "more_info": more, "status": error.status}
    return JSONResponse(body, error.status)
