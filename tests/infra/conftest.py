import pytest

from infra.tables import tables
from shared.kernel import registry
from tests.infra import samples
from tests.infra.templates import Templates


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates("prod", samples.DECLARATIONS, samples.TABLES, tmp_path_factory.mktemp("sampled"))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    declarations = [function.declaration for function in registry.functions()]
    return Templates("prod", declarations, tables(), tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates("local", samples.DECLARATIONS, samples.TABLES, tmp_path_factory.mktemp("local"))


@pytest.fixture(params=["sampled", "real"])
def deployed(request: pytest.FixtureRequest) -> Templates:
    """What AWS gets: of one sample of every kind of function, and of the real functions."""
    return request.getfixturevalue(request.param)
