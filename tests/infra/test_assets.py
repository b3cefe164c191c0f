import sys
from pathlib import Path

from infra.assets import bundle


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_stack_carries_its_own_functions_and_shared_and_nothing_else(tmp_path: Path) -> None:
    found = _contents(bundle(["live"], tmp_path / "live", None))
    assert {Path(name).parts[0] for name in found} == {"functions", "shared"}
    assert {Path(name).parts[1] for name in found if name.startswith("functions")} == {"live"}
    assert "shared/kernel/entry.py" in found
    assert not [name for name in found if name.endswith(".pyc")]


def test_only_the_local_stage_carries_a_clock_that_can_be_moved(tmp_path: Path) -> None:
    found = _contents(bundle(["live"], tmp_path / "live", None, local=True))
    assert sorted(name for name in found if name.startswith("infra")) == [
        "infra/__init__.py",
        "infra/local/__init__.py",
        "infra/local/clock.py",
        "infra/local/entry.py",
    ]


def test_bytecode_is_there_when_an_interpreter_matches_and_the_same_each_time(tmp_path: Path) -> None:
    once, again = (_contents(bundle(["live"], tmp_path / name, sys.executable)) for name in ("once", "again"))
    sources = {Path(name).with_suffix("").name for name in once if name.endswith(".py")}
    compiled = {Path(name).name.split(".")[0] for name in once if name.endswith(".pyc")}
    assert compiled == sources
    assert once == again
