"""Orders of lists (S-P-27): a list's own keys, read from one end or the other, never a page put in order."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

Order = Literal["newest", "oldest"]

SORT_TOLD = "What comes first. A cursor goes on in the order that it was given out in, and is refused in another."

SortQuery = Annotated[Order, Query(description=SORT_TOLD, examples=["oldest"])]
"""``sort`` of a list that goes by time."""
