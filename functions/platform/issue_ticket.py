from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.config import settings
from shared.kernel.declare import post
from shared.kernel.realtime import access, connections
from shared.kernel.realtime.schemas import TicketIssued


# Not idempotent: a kept answer would hold the ticket in clear, and one that is not used ends by itself.
@post(
    "/v1/realtime/tickets",
    allow="realtime:connect",
    status=201,
    rate="write",
    touches=[access.ISSUE_TICKET],
    settings=["socket_url"],
)
def issue_ticket(caller: Caller, clock: Clock) -> TicketIssued:
    """Issue a ticket that opens one WebSocket connection within 60 seconds."""
    ticket, expires_at = connections.issue_ticket(caller, now=clock.now())
    return TicketIssued(ticket=ticket, expires_at=expires_at, url=settings().socket_url)
