"""Structured logs and metrics with stable names.

Never a token, e-mail address, phone number or message text (X-O-06).
"""

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from shared.kernel.config import settings
from shared.kernel.names import PROJECT


@cache
def logger() -> Logger:
    """Return this function's logger."""
    return Logger(service=settings().function or PROJECT, log_uncaught_exceptions=False)


@cache
def metrics() -> Metrics:
    """Return this function's metrics; shells write them at the end of each call."""
    return Metrics(namespace=PROJECT, service=settings().function or PROJECT)


def flush() -> None:
    """Write what was counted in this call; nothing where nothing was."""
    if metrics.cache_info().currsize and metrics().metric_set:
        metrics().flush_metrics()
