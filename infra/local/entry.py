"""Entry point of the local stage's functions: the usual one, on a clock that tests can move."""

from infra.local.clock import local_clock
from shared.kernel import clock

# The application knows nothing of this clock, so it offers no way to set one.
clock._clock = local_clock()  # noqa: SLF001

from shared.kernel.entry import handler  # noqa: E402, F401 - what Lambda calls; nothing may ask for the time before
