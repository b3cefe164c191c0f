"""What the administration of templates refuses."""

from shared.kernel.errors import Conflict, NotFound


class TemplateNotFound(NotFound):
    """Nothing is sent with a template of this key, or it has no such version."""

    message = "There is no such template."


class OwnVersion(Conflict):
    """A version is approved by somebody else than its author."""

    code, message = "OWN_VERSION", "Somebody else has to approve what you wrote."


class VersionSuperseded(Conflict):
    """A later version is in use already."""

    code, message = "VERSION_SUPERSEDED", "A later version is in use; write a new one."
