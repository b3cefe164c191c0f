"""Who may call what of live, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ADMINS, ANYONE_SIGNED_IN, CREATORS, EVERYBODY, Row

STREAM = {"stream_id": "str_1"}
VIEWING = STREAM | {"session_id": "<viewing>"}
TICK = {"streamId": "str_1", "sessionId": "<viewing>", "intervalIndex": 0, "playbackMs": 10000}

ROWS = {
    "POST /v1/streams": Row(CREATORS),
    "PATCH /v1/streams/{stream_id}": Row(CREATORS, owned=STREAM, body={"title": "Mine now"}),
    "DELETE /v1/streams/{stream_id}": Row(CREATORS, owned=STREAM, beyond=ADMINS),
    "POST /v1/streams/{stream_id}/start": Row(CREATORS, owned=STREAM),
    "POST /v1/streams/{stream_id}/end": Row(CREATORS, owned=STREAM, beyond=ADMINS),
    "GET /v1/streams/{stream_id}/viewers": Row(CREATORS, owned=STREAM),
    "GET /v1/streams/{stream_id}": Row(EVERYBODY, named=STREAM, everybodys=True),
    "GET /v1/streams/categories": Row(EVERYBODY),
    "POST /v1/admin/categories/{category_id}/rates": Row(
        ADMINS,
        named={"category_id": "music"},
        body={"ratePerMinute": "9", "effectiveFrom": "2030-01-01T00:00:00Z"},
    ),
    "GET /v1/streams/discover": Row(EVERYBODY, everybodys=True),
    "GET /v1/streams/list": Row(EVERYBODY, everybodys=True),
    "POST /v1/streams/{stream_id}/token": Row(ANYONE_SIGNED_IN, owned=STREAM, body={"sessionId": "<viewing>"}),
    "POST /v1/streams/{stream_id}/session": Row(ANYONE_SIGNED_IN, named=STREAM, body={"ratePerMinute": "6"}),
    "GET /v1/streams/{stream_id}/session/{session_id}": Row(ANYONE_SIGNED_IN, owned=VIEWING),
    "GET /v1/streams/{stream_id}/session/{session_id}/intervals": Row(ANYONE_SIGNED_IN, owned=VIEWING),
    "DELETE /v1/streams/{stream_id}/session/{session_id}": Row(ANYONE_SIGNED_IN, owned=VIEWING),
    "POST /v1/meter": Row(ANYONE_SIGNED_IN, owned={}, body=TICK),
}
