"""Refusals about streams."""

from shared.kernel.errors import Conflict, ValidationFailed


class StreamNotLive(Conflict):
    """The stream is not on air: not yet, paused, or over."""

    code, message = "STREAM_NOT_LIVE", "This stream is not live."


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
