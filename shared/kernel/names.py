"""Names of every deployed thing, derived from the stage: infrastructure and running code both ask here."""

PROJECT = "wellspring"


def prefixed(stage: str, name: str) -> str:
    """Return the name of a resource of one stage, e.g. ``local-wellspring-wallet``."""
    return f"{stage}-{PROJECT}-{name}"


def table_name(stage: str, domain: str) -> str:
    """Return the name of a domain's table."""
    return prefixed(stage, domain)


def bus_name(stage: str) -> str:
    """Return the name of the event bus."""
    return prefixed(stage, "events")


def queue_name(stage: str, name: str) -> str:
    """Return the name of a queue; its dead-letter queue is the same name with ``-dead``."""
    return prefixed(stage, name)


def key_alias(stage: str, name: str) -> str:
    """Return the alias of a KMS key."""
    return f"alias/{prefixed(stage, name)}"


def secret_name(stage: str, name: str) -> str:
    """Return the name of a secret in Secrets Manager."""
    return f"{stage}/{PROJECT}/{name}"


def due_queue(kind: str) -> str:
    """Return the short name of the queue that delivers due items of one kind."""
    return f"due-{kind}"
