import pytest

from infra.layers import LAYERS, families, requirements
from shared.kernel import registry


@pytest.mark.parametrize("family", families())
def test_a_layer_holds_what_the_lock_says(family: str) -> None:
    written = (LAYERS / family / "requirements.txt").read_text()
    assert written == requirements(family), "run python -m infra.layers"


def test_every_family_is_a_layer_and_no_other_is() -> None:
    assert {path.name for path in LAYERS.iterdir()} == set(families())


def test_functions_declare_only_known_families() -> None:
    for function in registry.functions():
        assert set(function.declaration.layers) <= set(families()) - {"core"}, function.declaration.name
