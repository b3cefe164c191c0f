from shared.kernel.declare import socket
from shared.kernel.realtime import access
from shared.kernel.realtime.errors import UnknownAction
from shared.kernel.shells.socket import SocketMessage


@socket("$default", touches=[access.SEND], errors=[UnknownAction], settings=["socket_endpoint"])
def refuse_unknown_action(message: SocketMessage) -> None:  # noqa: ARG001 - the shell hands it to every handler
    """Refuse what is no known action."""
    raise UnknownAction
