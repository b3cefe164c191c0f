from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem
from shared.payments import access, asking, provider, reviews


@on_due(
    "payment",
    touches=[access.SETTLE, wallet.access.POST],
    secrets=["stripe"],
    layers=["payments"],
    settings=["stripe_api_base"],
    alarms=[asking.UNANSWERED_METRIC, provider.REFUSAL_METRIC, reviews.METRIC],
    timeout=120,
)
def ask_after_payment(item: DueItem, clock: Clock) -> None:
    """Ask the provider what became of a purchase, and credit, fail or wait."""
    asking.ask(item.pk, item.sk, now=clock.now())
