"""Lambda's entry point. The only module whose import has effects: it prepares the function that this process is."""

import os

from shared.kernel.registry import load

handler = load(os.environ["WELLSPRING_FUNCTION_MODULE"]).prepare()
