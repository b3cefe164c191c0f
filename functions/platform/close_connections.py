from shared.identity.events import AccountSuspended, RoleRevoked, SessionEnded, SessionsEnded
from shared.kernel.declare import on_event
from shared.kernel.realtime import access, connections, sending


@on_event(
    AccountSuspended,
    RoleRevoked,
    SessionEnded,
    SessionsEnded,
    touches=[access.CLOSE, access.SEND],
    settings=["socket_endpoint"],
)
def close_connections(event: AccountSuspended | RoleRevoked | SessionEnded | SessionsEnded) -> None:
    """Close the connections of a sign-in that has ended, or of a user who may less than before."""
    for connection_id in connections.of_user(event.user_id, getattr(event, "session_id", None)):
        sending.hang_up(connection_id)
