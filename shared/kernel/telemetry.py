"""Structured logs and metrics with stable names.

Every line names the request that it belongs to (X-P-02). Never a token, e-mail address, phone number or message text
(X-O-06): we log none, and what the text of somebody else's error holds of them is blotted out.
"""

import logging
import re
from functools import cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from shared.kernel import correlation
from shared.kernel.config import settings
from shared.kernel.names import PROJECT

_PRIVATE = (
    (re.compile(r"[^\s\"'\\<>()\[\]{},;:=]+@[^\s\"'\\<>()\[\]{},;:=]+\.[^\W\d_]{2,}"), "[mail address]"),
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}"), "[token]"),
    (re.compile(r"\b(?:sk|rk|whsec)_\w{8,}"), "[key]"),
    (re.compile(r"\+\d{7,15}\b"), "[number]"),
)


class _Blotting(LambdaPowertoolsFormatter):
    """Writes a line as JSON without what looks like somebody's address, number or token."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for pattern, instead in _PRIVATE:
            line = pattern.sub(instead, line)
        return line


@cache
def logger() -> Logger:
    """Return this function's logger."""
    return Logger(service=settings().function or PROJECT, logger_formatter=_Blotting(), log_uncaught_exceptions=False)


@cache
def metrics() -> Metrics:
    """Return this function's metrics; shells write them at the end of each call."""
    return Metrics(namespace=PROJECT, service=settings().function or PROJECT)


def begin(request_id: str) -> None:
    """Let every line and every event from now on name a request: the one that is answered, or that led to this."""
    correlation.begin(request_id)
    logger().append_keys(request_id=request_id)


def flush() -> None:
    """Write what was counted in this call; nothing where nothing was."""
    if metrics.cache_info().currsize and metrics().metric_set:
        metrics().flush_metrics()
