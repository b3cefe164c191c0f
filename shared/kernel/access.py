"""Access profiles: the exact actions on one resource that a function may be granted.

A function names profiles in its declaration (``touches``); infrastructure turns each into an IAM statement and
nothing else grants anything.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """A named, least-privilege permission on one resource.

    Attributes:
        name: ``<domain>.<verb>``, unique in the system.
        resource: what it is on: ``table:<domain>``, ``key:<name>``, ``bus``, ``sockets``, ``mail``,
            ``queue:<name>``, ``due-queues`` or ``bucket:<prefix>`` (objects of the uploads below a prefix).
        actions: full IAM actions, e.g. ``dynamodb:GetItem``.
        indexes: index names of the table that ``Query`` may use besides the table itself.
    """

    name: str
    resource: str
    actions: tuple[str, ...]
    indexes: tuple[str, ...] = ()


def table_access(name: str, domain: str, *actions: str, indexes: tuple[str, ...] = ()) -> Access:
    """Return a profile of DynamoDB actions (without the ``dynamodb:`` prefix) on a domain's table."""
    return Access(name, f"table:{domain}", tuple(f"dynamodb:{action}" for action in actions), indexes)
