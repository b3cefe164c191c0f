"""A creator's camera, and who else enters a room: what a LiveKit client does, done to the LiveKit simulator."""

from collections.abc import Mapping
from typing import Any

import requests

from infra.local.client import Client

TIMEOUT_SECONDS = 10


class Studio:
    """The rooms of a running stack, as seen by those who connect to them."""

    def __init__(self, stack: Mapping[str, Any]) -> None:
        self._livekit = stack["simulators"]["livekit"]

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self._livekit}/_sim/{path}", json=body, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told

    def enter(self, token: str) -> None:
        """Let the holder of a token into its room."""
        self._post("join", {"token": token})

    def leave(self, room: str, identity: str) -> None:
        """Take somebody out of a room, as when they close the lid."""
        self._post("leave", {"room": room, "identity": identity})

    def film(self, creator: Client, stream_id: str) -> str:
        """Enter a room as its creator, switch the camera on and return its track."""
        answer = creator.call("POST", f"/v1/streams/{stream_id}/token", {})
        if answer.status != 200:
            raise RuntimeError(f"the creator was not let in: {answer.body}")
        self.enter(answer.data["token"])
        track: str = self._post("publish", {"room": stream_id, "identity": creator.user_id})["sid"]
        return track

    def mute(self, room: str, identity: str, track: str, *, muted: bool = True) -> None:
        """Mute a track or unmute it."""
        self._post("mute", {"room": room, "identity": identity, "track": track, "muted": muted})

    def present(self, room: str) -> list[str]:
        """Return who is in a room."""
        found = requests.get(f"{self._livekit}/_sim/rooms/{room}/participants", timeout=TIMEOUT_SECONDS).json()
        return sorted(one["identity"] for one in found["participants"])
