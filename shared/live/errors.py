"""Refusals about streams."""

from shared.kernel.errors import Conflict, ValidationFailed


class StreamNotLive(Conflict):
    """The stream is not on air: not yet, or over."""

    code, message = "STREAM_NOT_LIVE", "This stream is not live."


class StreamPaused(Conflict):
    """The stream has no picture for the moment: nobody pays, and nobody can begin to watch."""

    code, message = "STREAM_PAUSED", "This stream is paused. Nothing is charged until the picture is back."


def require_live(status: str) -> None:
    """Hold a viewer to a stream that is on air.

    Raises:
        StreamPaused: it is paused.
        StreamNotLive: it has not begun, or is over.
    """
    if status == "PAUSED":
        raise StreamPaused
    if status != "LIVE":
        raise StreamNotLive


class StreamOver(Conflict):
    """The stream has ended or was removed: nothing about it changes any more."""

    code, message = "STREAM_ENDED", "This stream is over."


class StatusNotPossible(Conflict):
    """The stream cannot go from its present status to the one asked for."""

    code, message = "STATUS_NOT_POSSIBLE", "The stream cannot do that from its present status."


class StreamChanged(Conflict):
    """The stream was changed by somebody else at the same moment."""

    code, message = "STREAM_CHANGED", "The stream was just changed. Look at it again."


CHANGING = (StreamOver, StreamChanged)
"""What any change of a stream may answer."""


class UnknownCategory(ValidationFailed):
    """There is no such category."""

    message = "There is no such category."

    def __init__(self) -> None:
        super().__init__(details=[("category", self.message)])


class RateInThePast(ValidationFailed):
    """A rate takes effect in the future: nobody pays more than was announced."""

    message = "A rate can only take effect in the future."

    def __init__(self) -> None:
        super().__init__(details=[("effectiveFrom", self.message)])


class RateThereAlready(Conflict):
    """Another rate of the category begins at that instant; rates are never written over."""

    code, message = "RATE_EXISTS", "Another rate of this category begins at that moment."


class SessionNeeded(ValidationFailed):
    """A viewer enters a stream with a viewing session."""

    message = "Start a viewing session first."

    def __init__(self) -> None:
        super().__init__(details=[("sessionId", self.message)])
