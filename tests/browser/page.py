"""One page of a running browser: go somewhere, look, fill in, press, as a person would."""

import base64
import json
import struct
import subprocess
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browser.chromium import executable

SECONDS = 20
PHONE = (390, 844)
"""A phone's screen, in CSS pixels."""

FLAGS = (
    "--headless=shell",
    "--no-sandbox",
    "--no-zygote",
    "--single-process",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


class Page:
    """The browser's only tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self._events: list[str] = []
        self.send("Page.enable")
        self.send("Accessibility.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command of the DevTools protocol and return its result.

        Raises:
            TimeoutError: no answer came.
            RuntimeError: the browser refused.
        """
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = self._receive()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def _receive(self) -> Any:
        message = json.loads(self._connection.recv(timeout=SECONDS))
        if "method" in message:
            self._events.append(message["method"])
        return message

    def _loaded(self) -> None:
        while "Page.loadEventFired" not in self._events:
            self._receive()

    def go(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self._events.clear()
        self.send("Page.navigate", url=url)
        self._loaded()

    def run(self, expression: str) -> Any:
        """Evaluate JavaScript and return its value."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    @property
    def text(self) -> str:
        """What a person reads."""
        text: str = self.run("document.body.innerText")
        return text

    def nodes(self) -> list[tuple[str, str]]:
        """Return what a screen reader is given, as (role, name), in its order."""
        tree = self.send("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node.get("ignored")
        ]

    def choose(self, label: str, *, checked: bool = True) -> None:
        """Tick (or clear) the box or choose the option that a label names."""
        self._act(label, f"found.checked !== {json.dumps(checked)} && found.click()")

    def fill(self, label: str, text: str) -> None:
        """Write into the field that a label names, also in a section that is closed."""
        self._act(label, f"found.value = {json.dumps(text)}")

    def press(self, name: str) -> None:
        """Press the button of a name and wait for the page that follows."""
        self._events.clear()
        button = f"[...document.querySelectorAll('button')].find(one => one.textContent.trim() === {json.dumps(name)})"
        if not self.run(f"!!{button}"):
            raise LookupError(f"no button {name!r} on the page: {self.text}")
        self.run(f"{button}.click()")
        self._loaded()

    def follow(self, words: str) -> None:
        """Follow the link of these words and wait for the page it leads to."""
        self._events.clear()
        self.run(
            f"[...document.querySelectorAll('a')].find(one => one.innerText.trim() === {json.dumps(words)}).click()"
        )
        self._loaded()

    def _act(self, label: str, action: str) -> None:
        found = (
            "[...document.querySelectorAll('label')]"
            f".find(one => one.textContent.trim().startsWith({json.dumps(label)}))?.control"
        )
        if not self.run(f"!!({found})"):
            raise LookupError(f"no field {label!r} on the page: {self.text}")
        self.run(f"(() => {{ const found = {found}; {action}; }})()")

    def phone(self, *, dark: bool = False, width: int = PHONE[0]) -> None:
        """Show pages as a phone does."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=PHONE[1], deviceScaleFactor=2, mobile=True)
        self._coloured(dark=dark)

    def screen(self, width: int, *, dark: bool = False) -> None:
        """Show pages as a window of a width does."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self._coloured(dark=dark)

    def _coloured(self, *, dark: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, file: Path) -> None:
        """Save what is seen as a PNG."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        file.write_bytes(base64.b64decode(data))

    def whole_picture(self, file: Path) -> None:
        """Save the whole page as a PNG, however long it is."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = self.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        file.write_bytes(_packed(base64.b64decode(data)))


def _packed(png: bytes) -> bytes:
    """Return a PNG whose data are packed as tightly as they can be: browsers are in a hurry."""
    head, kept, packed, at = png[:8], b"", b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        elif kind != b"IEND":
            kept += png[at : at + 12 + size]
        at += 12 + size
    data = zlib.compress(zlib.decompress(packed), 9)
    return head + kept + b"".join(_chunk(kind, body) for kind, body in ((b"IDAT", data), (b"IEND", b"")))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@contextmanager
def opened() -> Iterator[Page]:
    """Provide a page of a browser of one's own, which ends with the block."""
    with TemporaryDirectory() as profile:
        command = [executable(), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_address(Path(profile), process), max_size=None) as connection:
                yield Page(connection)
        finally:
            process.terminate()
            process.wait()


def _address(profile: Path, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        file = profile / "DevToolsActivePort"
        if file.exists() and (lines := file.read_text().split()):
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json") as answer:
                pages = [one for one in json.load(answer) if one["type"] == "page"]
            if pages:
                address: str = pages[0]["webSocketDebuggerUrl"]
                return address
        time.sleep(0.05)
    raise TimeoutError("the browser did not start")
