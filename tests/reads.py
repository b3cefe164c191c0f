"""Which reads may be late: every domain's say so in ``tests/unit/<domain>/late_reads.py``, each with its reason."""

from importlib import import_module

from shared.kernel.registry import ROOT

SHOWN = "shown to people, nothing is decided by it"
CHECKED = "what it finds is read again, consistently, before anything is done"
AGAIN = "what it misses is found by the next run"


def may_be_late() -> set[str]:
    """Return the functions whose reads may be late."""
    files = sorted((ROOT / "tests/unit").glob("*/late_reads.py"))
    return {name for path in files for name in import_module(f"tests.unit.{path.parent.name}.{path.stem}").MAY_BE_LATE}
