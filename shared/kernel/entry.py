"""Lambda's entry point. The only module whose import has effects: it prepares the function that this process is.

What is made here lives as long as the process: the garbage collector is kept from looking through it, now (a tenth of
the start) and later (``gc.freeze``).
"""

import gc
import os

gc.disable()

from shared.kernel.registry import load  # noqa: E402 - the collector is off before anything large is imported
from shared.kernel.shells import prepare  # noqa: E402

handler = prepare(load(os.environ["WELLSPRING_FUNCTION_MODULE"]))

gc.freeze()
gc.enable()
