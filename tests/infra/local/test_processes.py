"""The runner starts each process once, finds it again, ends exactly it, and says clearly when a port is taken."""

import os
import socket
import sys

import pytest

from infra.local.processes import Server, is_running, stop
from infra.local.settings import HOST, LocalSettings, LocalStackError


@pytest.fixture
def settings(tmp_path):
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    return LocalSettings(tmp_path, {"aws": port})


@pytest.fixture
def server(settings):
    command = [sys.executable, "-m", "http.server", "--bind", HOST, str(settings.ports["aws"])]
    yield Server("aws", command, "/", dict(os.environ))
    stop(settings, "aws")


def test_a_server_is_started_once_and_found_again(settings, server):
    assert not is_running(settings, "aws")
    assert server.start(settings)
    assert is_running(settings, "aws")
    assert not server.start(settings)


def test_a_stopped_server_is_gone_and_its_port_is_free(settings, server):
    server.start(settings)
    assert stop(settings, "aws")
    assert not is_running(settings, "aws")
    assert not stop(settings, "aws")
    assert server.start(settings)


def test_a_process_file_whose_process_is_gone_is_stale_even_if_its_number_lives_on(settings, server):
    server.start(settings)
    stop(settings, "aws")
    (settings.directory / "processes" / "aws").write_text(str(os.getpid()))
    assert not is_running(settings, "aws")
    assert not stop(settings, "aws")


def test_a_taken_port_names_the_variable_to_set(settings, server):
    with socket.socket() as other:
        other.bind((HOST, settings.ports["aws"]))
        other.listen()
        with pytest.raises(LocalStackError, match=r"WELLSPRING_AWS_PORT"):
            server.start(settings)
    assert not is_running(settings, "aws")


def test_a_server_that_ends_at_once_shows_what_it_said(settings):
    broken = Server("aws", [sys.executable, "-c", "raise SystemExit('no such luck')"], "/", {})
    with pytest.raises(LocalStackError, match="no such luck"):
        broken.start(settings)
