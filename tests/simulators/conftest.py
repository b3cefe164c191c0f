"""The simulators as real processes on free ports, and a receiver for their webhooks."""

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

WITHIN = 10


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


@dataclass
class Answer:
    status: int
    headers: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text)


def call(method, url, body=None, headers=None):
    if isinstance(body, dict):
        body = json.dumps(body)
    request = urllib.request.Request(url, body.encode() if body else None, headers or {}, method=method)
    try:
        with OPENER.open(request, timeout=WITHIN) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read().decode())
    except urllib.error.HTTPError as answer:
        return Answer(answer.code, dict(answer.headers), answer.read().decode())


@dataclass
class Simulator:
    url: str

    def modes(self, **modes):
        answer = call("POST", f"{self.url}/_sim/modes", modes)
        assert answer.status == 200, answer.text

    def listen(self, url, secret=None):
        call("POST", f"{self.url}/_sim/webhook-endpoints", {"url": url} | ({"secret": secret} if secret else {}))

    def state(self):
        return call("GET", f"{self.url}/_sim/state").json

    def settled(self):
        """The state once nothing is on its way any more."""
        deadline = time.monotonic() + WITHIN
        while (state := self.state())["pending"]:
            assert time.monotonic() < deadline, "webhooks are still on their way"
            time.sleep(0.01)
        return state


@dataclass
class Received:
    headers: dict
    body: bytes
    path: str

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Receiver:
    url: str = ""
    received: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    reply: bytes = b""

    def types(self, name="type"):
        return [one.json[name] for one in self.received]


@contextmanager
def listening(kept):
    """Serve a receiver on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.received.append(Received(dict(self.headers), body, self.path))
            self.send_response(kept.answers.pop(0) if kept.answers else 200)
            self.send_header("content-length", str(len(kept.reply)))
            self.end_headers()
            self.wfile.write(kept.reply)

        def log_message(self, *_):
            return

    class Server(ThreadingHTTPServer):
        # Redeliveries come fifty at a time: the usual five places in the line would drop some.
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hooks"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def receiver():
    """A webhook endpoint that answers what `answers` holds, one each, and then 200."""
    with listening(Receiver()) as kept:
        yield kept


def _run(name, **environment):
    command = [sys.executable, "-m", f"infra.local.simulators.{name}", "--port", "0", "--retry-ms", "10"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
    url = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group()
    yield Simulator(url)
    process.terminate()
    process.wait(WITHIN)
    process.stdout.close()


@pytest.fixture(scope="module")
def stripe_process():
    yield from _run("stripe")


@pytest.fixture(scope="module")
def livekit_process():
    yield from _run("livekit")


@pytest.fixture
def stripe_sim(stripe_process):
    call("POST", f"{stripe_process.url}/_sim/reset")
    return stripe_process


@pytest.fixture
def livekit_sim(livekit_process):
    call("POST", f"{livekit_process.url}/_sim/reset")
    return livekit_process


@pytest.fixture(scope="module")
def clock_file(tmp_path_factory):
    """Where a test moves the simulators' time; it goes forward only."""
    return tmp_path_factory.mktemp("clock") / "clock"


@pytest.fixture(scope="module")
def local_aws():
    """Stands in for the local AWS behind the simulator of SES: takes every mail."""
    with listening(Receiver(reply=b'{"MessageId": "mail-1@example"}')) as kept:
        yield kept


@pytest.fixture(scope="module")
def ses_process(clock_file, local_aws):
    port = str(urlsplit(local_aws.url).port)
    yield from _run("ses", WELLSPRING_CLOCK_FILE=str(clock_file), WELLSPRING_AWS_PORT=port)


@pytest.fixture
def ses_sim(ses_process, local_aws):
    call("POST", f"{ses_process.url}/_sim/reset")
    local_aws.received.clear()
    return ses_process


@pytest.fixture(scope="module")
def twilio_process(clock_file, ses_process):
    port = str(urlsplit(ses_process.url).port)
    yield from _run("twilio", WELLSPRING_CLOCK_FILE=str(clock_file), WELLSPRING_SES_PORT=port)


@pytest.fixture
def twilio_sim(twilio_process):
    call("POST", f"{twilio_process.url}/_sim/reset")
    return twilio_process
