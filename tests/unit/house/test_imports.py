"""Vendors' SDKs stay where they are needed: importing one costs a cold start 0.1 to 0.5 seconds."""

import os
import subprocess
import sys
import sysconfig

import pytest

from shared.kernel.domains import domains
from shared.kernel.registry import ROOT, functions
from tests.imports import closure, imported, sources

SITE = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]

FAMILIES = {
    "security": {"argon2", "cryptography", "email_validator", "jwt"},
    "payments": {"stripe"},
    "live": {"livekit", "jwt"},
    "text": {"email_validator", "jinja2", "markupsafe", "phonenumbers"},
    "comms": {"twilio"},
}
VENDORS = set().union(*FAMILIES.values())
NEVER = {"boto3", "moto", "ministack", "pytest", "aws_cdk", "starlette", "uvicorn", "tests", "infra"}
"""Neither shared code nor functions import these, at once or later."""

EDGES = {"shared.live.rooms", "shared.live.provider_events"}
"""Modules whose every use needs the SDK, so that they import it at once; only functions with its layer reach them."""

HOT = {f"functions.{domain.name}.{name}" for domain in domains() for name in domain.hot}
"""Functions whose start a person waits for most often."""

MODULES = {function.declaration.module: function.declaration for function in functions()}


CHECK_ADDRESSES = {"shared.kernel.text.addresses"}
"""Modules that import ``email_validator`` when an address is checked."""


def _vendors(names: frozenset[str]) -> set[str]:
    return {name.partition(".")[0] for name in names} & VENDORS


@pytest.mark.parametrize("module", sorted(sources("shared", "functions")))
def test_a_module_imports_vendors_only_inside_functions(module: str) -> None:
    found = imported(sources("shared", "functions")[module])
    assert not _vendors(found) or module in EDGES
    assert not {name.partition(".")[0] for name in found} & {"botocore"}


@pytest.mark.parametrize("module", sorted(sources("shared", "functions")))
def test_a_module_knows_nothing_of_tests_tools_and_simulators(module: str) -> None:
    found = imported(sources("shared", "functions")[module], later=True)
    assert not {name.partition(".")[0] for name in found} & NEVER


@pytest.mark.parametrize("module", sorted(sources("shared")))
def test_shared_code_imports_no_function(module: str) -> None:
    found = imported(sources("shared")[module], later=True)
    assert not {name for name in found if name.partition(".")[0] == "functions"}


@pytest.mark.parametrize("module", sorted(sources("infra/local/simulators")))
def test_simulators_know_nothing_of_the_system_they_serve(module: str) -> None:
    found = imported(sources("infra/local/simulators")[module], later=True)
    assert not {name for name in found if name.partition(".")[0] in {"shared", "functions"}}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_what_a_function_imports_at_its_start_is_in_its_layers(module: str) -> None:
    layers = MODULES[module].layers
    assert _vendors(closure(module)) <= set().union(*(FAMILIES[layer] for layer in layers))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_function_carries_no_layer_that_it_cannot_use(module: str) -> None:
    usable = _vendors(closure(module, later=True))
    assert [layer for layer in MODULES[module].layers if not FAMILIES[layer] & usable] == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_addresses_are_checked_only_where_the_library_for_it_is(module: str) -> None:
    if CHECK_ADDRESSES & closure(module):
        assert any("email_validator" in FAMILIES[layer] for layer in MODULES[module].layers)


@pytest.mark.parametrize("module", sorted(HOT))
def test_a_hot_function_starts_without_any_vendor(module: str) -> None:
    assert MODULES[module]
    assert _vendors(closure(module)) == set()


CORE = {
    "annotated_types",
    "aws_lambda_powertools",
    "botocore",
    "certifi",  # botocore takes it where it is installed
    "dateutil",
    "jmespath",
    "pydantic",
    "pydantic_core",
    "pynamodb",
    "six",
    "typing_extensions",
    "typing_inspection",
    "urllib3",
}
"""Packages that a prepared function may have imported: what the ``core`` layer is for."""

PREPARE = """
import sys
from shared.kernel.registry import load
from shared.kernel.shells import prepare
for module in sys.argv[1:]:
    prepare(load(module))
print(*sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names))
"""


def test_hot_functions_are_ready_with_the_core_layer_alone() -> None:
    environment = {"PATH": os.environ["PATH"], "WELLSPRING_STAGE": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
    command = [sys.executable, "-S", "-c", f"import sys; sys.path += {SITE!r}\n{PREPARE}", *sorted(HOT)]
    ready = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    imported_by_hot = {name for name in ready.stdout.split() if not name.startswith("_")}
    assert imported_by_hot - {"shared", "functions"} <= CORE
