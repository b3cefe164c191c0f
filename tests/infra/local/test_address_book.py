"""``stack.json`` says where the stack is reached from this machine."""

import json

import pytest

from infra.local import address_book
from infra.local.settings import ROOT, LocalSettings, LocalStackError

OUTPUTS = {
    "PublicApiUrl": "http://127.0.0.1:4566/_aws/execute-api/public",
    "AdminApiUrl": "http://127.0.0.1:4566/_aws/execute-api/admin",
    "MeterApiUrl": "http://127.0.0.1:4566/_aws/execute-api/meter",
    "WebSocketUrl": "ws://127.0.0.1:4566/_aws/execute-api/sockets/live",
    "FunctionUrlStripe": "https://abc123.lambda-url.eu-west-1.on.aws/",
    "ExportsOutputRefTable": "a-table",
}


def test_addresses_are_those_of_this_machine():
    document = address_book.compose(LocalSettings.load({"WELLSPRING_AWS_PORT": "4600"}), OUTPUTS, [])
    assert document["functionUrls"] == {"stripe": "http://127.0.0.1:4600/_aws/lambda-url/abc123/"}
    assert document["awsEndpoint"] == "http://127.0.0.1:4600"
    assert document["webSocket"] == OUTPUTS["WebSocketUrl"]


def test_an_application_without_an_api_is_refused():
    with pytest.raises(KeyError, match="PublicApiUrl"):
        address_book.compose(LocalSettings.load({}), {}, [])


def test_a_new_document_replaces_the_old_one_whole(tmp_path):
    settings = LocalSettings.load({"WELLSPRING_LOCAL_DIR": str(tmp_path)})
    address_book.write(settings, {"stage": "old"})
    address_book.write(settings, {"stage": "new"})
    assert json.loads(settings.stack_file.read_text()) == {"stage": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]


def test_the_folder_is_in_the_project_unless_told():
    assert LocalSettings.load({}).directory == ROOT / ".local"


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1", "4566.0"])
def test_a_port_that_is_none_names_its_variable(port):
    with pytest.raises(LocalStackError, match="WELLSPRING_STRIPE_PORT"):
        LocalSettings.load({"WELLSPRING_STRIPE_PORT": port})


def test_functions_inherit_nothing_of_the_users_environment(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("SECRET_OF_MINE", "x")
    environment = LocalSettings.load({}).emulator_environment()
    assert not {"AWS_PROFILE", "SECRET_OF_MINE"} & environment.keys()


def test_a_deploy_never_reaches_the_users_own_account(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    environment = LocalSettings.load({}).client_environment()
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & environment.keys()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
