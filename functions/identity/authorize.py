from shared.identity import access, authorization
from shared.kernel.clock import Clock
from shared.kernel.declare import authorizer
from shared.kernel.security.keys import READ_KEY


@authorizer(touches=[access.AUTHORIZE, READ_KEY], layers=["security"])
def authorize(token: str, clock: Clock) -> authorization.Context:
    """Establish who calls and what they may."""
    return authorization.authorize(token, now=clock.now())
