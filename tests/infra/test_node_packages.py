"""Packages of node are installed once, however many tests ask for them at a time."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

from tests import node


def test_whoever_comes_second_waits_until_all_is_there(tmp_path, monkeypatch):
    (tmp_path / "package-lock.json").write_text("{}")
    at_work = []

    def npm(command, *, cwd, **_):
        at_work.append(command)
        assert len(at_work) == 1
        sleep(0.1)
        (cwd / "node_modules").mkdir()
        (cwd / "node_modules/.package-lock.json").touch()

    monkeypatch.setattr(node.subprocess, "run", npm)
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(node.installed, [tmp_path] * 4))
    assert {place / ".package-lock.json" for place in found} == {tmp_path / "node_modules/.package-lock.json"}
    assert len(at_work) == 1
