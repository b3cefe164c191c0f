"""What escalation policies refuse."""

from shared.kernel.errors import Conflict, NotFound


class PolicyNotFound(NotFound):
    """There is no such policy."""

    message = "There is no such escalation policy."


class PolicyChangedMeanwhile(Conflict):
    """Somebody else wrote a version at the same moment."""

    message = "Somebody else changed this policy; read it again."
