from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.paths import Id
from shared.payments import access, errors, history
from shared.payments.schemas import PaymentView


@get("/v1/payments/{payment_id}", allow="payments:buy", touches=[access.READ], errors=[errors.PaymentNotFound])
def read_payment(payment_id: Id, caller: Caller) -> PaymentView:
    """Read one of my purchases."""
    return history.purchase(caller.user_id, payment_id)
