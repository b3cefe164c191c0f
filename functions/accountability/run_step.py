from shared.accountability.escalation import access, steps
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem


@on_due("step", touches=access.TAKE_STEPS, settings=["public_url"], timeout=20, alarms=[steps.LATE])
def run_step(item: DueItem, clock: Clock) -> None:
    """Take a step of an escalation that has come due, once, or skip it with its reason."""
    steps.run(item.pk, item.sk, now=clock.now())
