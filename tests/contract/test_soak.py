"""``docs/soak.json`` tells of every long test what it came to, and of no other."""

import json
import re
import subprocess
import sys
from datetime import datetime

import pytest

from shared.kernel.registry import ROOT
from tests import figures
from tests.soak import DOCUMENT

FRAME = {"commit", "began", "ended", "interpreter", "cores", "tests"}
LINE = {"name", "rows", "outcome", "seconds", "figures", "commit"}


@pytest.fixture(scope="module")
def document():
    return json.loads(DOCUMENT.read_text())


def test_the_document_names_every_test_of_a_soak_and_no_other_and_the_rows_it_covers(document):
    command = [sys.executable, "-c", "import json; from tests import soak; print(json.dumps(soak.collect().rows))"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = {line["name"]: line["rows"] for line in document["tests"]}
    assert told == json.loads(printed.stdout), "bring it up to date: python -m tests.soak --list"


def test_the_document_is_well_formed(document):
    assert set(document) == FRAME
    ran = [line for line in document["tests"] if line["outcome"] != "not run"]
    for line in document["tests"]:
        assert set(line) == LINE
        assert line["outcome"] in {"passed", "failed", "not run"}
        assert (line["seconds"] > 0) == (line in ran)
        assert isinstance(line["figures"], dict)
        assert (re.fullmatch(r"[0-9a-f]{40}", line["commit"] or "") is not None) == (line in ran)
    if ran:
        assert re.fullmatch(r"[0-9a-f]{40}", document["commit"])
        assert datetime.fromisoformat(document["began"]) < datetime.fromisoformat(document["ended"])
        assert document["cores"] >= 1


def test_a_test_tells_figures_on_its_output(capsys):
    print("something else")
    figures.tell({"orders": 5, "faults": {"busy": 2}})
    once = capsys.readouterr().out
    figures.tell({"wrong": 0})
    assert figures.told("nothing") == {}
    assert figures.told(once) == {"orders": 5, "faults": {"busy": 2}}
    assert figures.told(once + capsys.readouterr().out) == {"each": [figures.told(once), {"wrong": 0}]}
