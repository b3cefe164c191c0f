"""What an operation's answer shows besides the example of its model: what was asked for, and what it led to."""

from typing import Any

from infra.documents.samples import Schema

_AT = "2026-03-01T10:00:00.000Z"
_DECIDED = {"decidedBy": "usr_01k0000000000000000000000c", "decidedAt": _AT}
_INVITED = {"status": "INVITED", "consentGiven": False, "consentDate": None, "lastContacted": None, "contactCount": 0}
_OVER = {"status": "ENDED", "viewers": 0, "endedAt": "2026-03-01T11:00:00.000Z"}
_PHOTO = "https://media.wellspring.example/media/usr_1/pho_1?X-Amz-Signature=0"

OUTCOMES: dict[str, dict[str, Any]] = {
    "add_partner": _INVITED | {"channels": ["SMS"], "voicemail": True},
    "complete_goal": {"status": "COMPLETED", "completedAt": "2026-03-01T22:00:00.000Z", "openDay": None},
    "create_goal": {"streak": 0, "longestStreak": 0, "createdAt": "2026-03-01T14:00:00.000Z", "version": 1},
    "create_stream": {"status": "SCHEDULED", "viewers": 0, "startedAt": None, "version": 1},
    "decide_adjustment": _DECIDED,
    "decide_case": {"status": "CLOSED", "closedAt": _AT, "closedBy": _DECIDED["decidedBy"]},
    "decide_payment_review": _DECIDED | {"status": "DECIDED"},
    "decide_review": _DECIDED | {"status": "DECIDED"},
    "delete_goal": {"status": "DELETED", "deletedAt": "2026-03-01T22:00:00.000Z", "openDay": None},
    "delete_price": {"active": False, "bestValue": False},
    "delete_stream": _OVER,
    "edit_log": {"revision": 1, "photoUrl": _PHOTO},
    "end_stream": _OVER,
    "invite_partner": _INVITED,
    "log_day": {"photoUrl": _PHOTO},
    "pause_goal": {"status": "PAUSED", "pauseFrom": "2026-03-01", "pauseUntil": "2026-03-08", "openDay": None},
    "remove_partner": {"status": "REMOVED", "active": False},
    "suspend_account": {"suspended": True},
    "write_template": {"status": "DRAFT", "active": False, "approvedBy": None, "approvedAt": None},
}
"""By operation. A field that was asked for is shown as it was asked for, without an entry here."""


def led_to(name: str, request: Any, answer: Schema) -> Schema:
    """Return the example of an answer after the example of its request."""
    data = answer.get("data")
    if not isinstance(data, dict):
        return answer
    asked = request if isinstance(request, dict) else {}
    same = {
        field: value
        for field, value in asked.items()
        if field in data and not field.endswith("Token") and (data[field] is None or type(value) is type(data[field]))
    }
    return answer | {"data": data | same | OUTCOMES.get(name, {})}
