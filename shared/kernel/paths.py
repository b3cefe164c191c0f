"""Parameters in paths."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

Id = Annotated[str, Path(min_length=1, max_length=64)]
"""An identifier; whatever its form, what does not exist is not found."""
