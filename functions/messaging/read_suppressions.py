from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.operator_schemas import AddressHash, AddressView


@get(
    "/v1/admin/suppressions/{address_hash}",
    api="admin",
    allow="messaging:read",
    rate="read",
    touches=[access.READ_ADDRESS, COUNT_RATE],
)
def read_suppressions(address_hash: AddressHash) -> AddressView:
    """Tell what is suppressed for an address, by its hash (SHA-256 of the E.164 number or lower-case mail address)."""
    return operating.address_of(address_hash)
