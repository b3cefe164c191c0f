"""What every endpoint answers, whatever it is for: the one error shape, the headers, nothing that belongs inside."""

import json
from typing import Any

import pytest

from shared.kernel.caller import Principal
from shared.kernel.storage.reads import query_all
from tests.calls import Answer, Call, Invoke
from tests.logs import heard
from tests.samples import notes
from tests.samples.break_down import break_down
from tests.samples.keep_note import keep_note
from tests.samples.list_notes import list_notes
from tests.triggers import http_event, principal

WRITER = principal("usr_a", "notes:write", "notes:read")
FOLDER = {"folder": "f"}

BASE = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "req-1",
}
FIRST_OF_SIXTY = {
    "RateLimit-Policy": '"write";q=60;w=60',
    "RateLimit": '"write";r=59;t=60',
    "X-RateLimit-Remaining": "59",
}


def _error(code: str, message: str, *details: tuple[str, str]) -> dict[str, Any]:
    listed = [{"field": field, "message": text} for field, text in details]
    return {"error": {"code": code, "message": message, "details": listed, "requestId": "req-1"}}


def _invalid(*details: tuple[str, str]) -> dict[str, Any]:
    return _error("VALIDATION_ERROR", "The request is not valid.", *details)


def _kept() -> int:
    return len(list(query_all(notes.Note, notes.Note.pk == "NOTES#usr_a:f")))


@pytest.fixture
def keep(call: Call) -> Any:
    """Provide a caller of the writing endpoint."""

    def send(caller: Principal | None = WRITER, **request: Any) -> Answer:
        if not request.keys() & {"body", "text", "encoded"}:
            request["body"] = {"text": "hello"}
        return call(keep_note, path=FOLDER, caller=caller, **request)

    return send


@pytest.mark.covers("S-P-21", "X-P-33", "X-P-02")
def test_a_success_is_data_and_meta_with_every_header(keep: Any) -> None:
    answer = keep()
    note = {"id": answer.data["id"], "text": "hello", "keptAt": "2026-03-01T09:30:00.000Z"}
    assert (answer.status, answer.json) == (201, {"data": note, "meta": {}})
    assert answer.headers == BASE | FIRST_OF_SIXTY
    assert answer.data["id"].startswith("not_")


@pytest.mark.parametrize("folder", ["\N{GRINNING FACE}", "\x00", "\ufffd"])
def test_a_path_that_no_id_can_have_is_not_there_in_the_one_shape(call: Call, folder: str) -> None:
    answer = call(keep_note, path={"folder": folder}, caller=WRITER, body={"text": "hello"})
    assert (answer.status, answer.json) == (404, _error("NOT_FOUND", "There is no such thing here."))
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.covers("S-P-22", "S-P-23", "S-P-25", "X-P-32")
@pytest.mark.parametrize(
    ("request_", "details"),
    [
        ({"body": {}}, [("text", "This is needed")]),
        ({"body": {"text": "hello", "admin": True}}, [("admin", "There is no such field")]),
        ({"body": {"text": 7}}, [("text", "A text is needed")]),
        ({"body": {"text": ""}}, [("text", "At least 1 character is needed that can be seen")]),
        ({"body": {"text": "x" * 401}}, [("text", "At most 400 characters are possible; there are 401")]),
        ({"body": {"text": "hello", "weight": "3"}}, [("weight", "A whole number is needed")]),
        ({"body": {"text": "hello", "weight": True}}, [("weight", "A whole number is needed")]),
        ({"body": {"text": "hello", "weight": 1.5}}, [("weight", "A whole number is needed")]),
        ({"body": {"text": "hello", "weight": 0}}, [("weight", "At least 1 is needed")]),
        (
            {"body": {"text": None, "weight": None}},
            [("text", "A text is needed"), ("weight", "A whole number is needed")],
        ),
        ({"query": {"debug": "1"}}, [("debug", "Unknown parameter")]),
        ({"key": ""}, [("Idempotency-Key", "1 to 255 characters")]),
        ({"key": "k" * 256}, [("Idempotency-Key", "1 to 255 characters")]),
        ({"encoded": b"\xff\xfe{}"}, [("body", "The body is not UTF-8 text")]),
    ],
)
def test_bad_input_is_told_field_by_field(keep: Any, request_: dict[str, Any], details: list[tuple[str, str]]) -> None:
    answer = keep(**request_)
    assert (answer.status, answer.json) == (400, _invalid(*details))
    assert BASE.items() <= answer.headers.items()
    assert _kept() == 0


NO_OBJECTS = [
    "{",
    "nonsense",
    '{"text": "a",}',
    "[]",
    "null",
    "7",
    '"hello"',
    "\x00",
    "[" * 5_000,
    "9" * 5_000,
    '{"text": NaN}',
    "",
]


@pytest.mark.covers("S-P-25")
@pytest.mark.parametrize("text", [*NO_OBJECTS, '{"text": "\\ud800"}'])
def test_a_body_that_is_no_json_object_is_refused(keep: Any, text: str) -> None:
    answer = keep(text=text)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert {detail["field"] for detail in answer.json["error"]["details"]} <= {"body", "text"}
    assert answer.json["error"]["details"]


def test_a_missing_body_is_told(call: Call) -> None:
    answer = call(keep_note, path=FOLDER, caller=WRITER)
    assert (answer.status, answer.json) == (400, _invalid(("body", "This is needed")))


def test_json_that_the_gateway_encoded_is_read_as_usual(keep: Any) -> None:
    assert keep(encoded='{"text": "grüß"}'.encode()).data["text"] == "grüß"


@pytest.mark.covers("S-P-25")
def test_base64_that_is_none_is_refused(invoke: Invoke) -> None:
    answer = invoke(
        keep_note, http_event(keep_note, text="%%%", path=FOLDER, caller=WRITER) | {"isBase64Encoded": True}
    )
    told = _invalid(("body", "The body is not UTF-8 text"))
    assert (answer["statusCode"], json.loads(answer["body"])) == (400, told)


@pytest.mark.covers("X-P-32")
@pytest.mark.parametrize("size", [256 * 1024 + 1, 300 * 1024])
@pytest.mark.parametrize("way", ["text", "encoded"])
def test_a_large_body_is_refused_before_it_is_read(keep: Any, size: int, way: str) -> None:
    body = "x" * size
    answer = keep(**{way: body if way == "text" else body.encode()})
    assert (answer.status, answer.json) == (413, _error("PAYLOAD_TOO_LARGE", "The body is too large."))


def test_a_large_body_is_measured_in_bytes(keep: Any) -> None:
    assert keep(text='{"text": "' + "ü" * (200 * 1024) + '"}').status == 413


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ('{"text": "a", "text": "b"}', "text"),
        ('{"text": "a", "t\\u0065xt": "a"}', "text"),
        ('{"weight": 1, "text": "a", "weight": 1}', "weight"),
        ('{"text": {"x": [{"deep": 1, "deep": 2}]}}', "deep"),
        ('{"' + "k" * 100 + '": 1, "' + "k" * 100 + '": 2}', "k" * 64),
    ],
)
def test_a_key_that_is_there_twice_is_refused_by_its_name(keep: Any, text: str, twice: str) -> None:
    answer = keep(text=text)
    assert (answer.status, answer.json) == (400, _invalid((twice, "It is given twice")))
    assert _kept() == 0


@pytest.mark.parametrize("text", ['{"text": "a", "weight": 1e400}', '{"text": "a", "weight": -Infinity}'])
def test_a_number_that_is_none_is_refused(keep: Any, text: str) -> None:
    assert (keep(text=text).status, _kept()) == (400, 0)


@pytest.mark.parametrize(
    "request_",
    [
        {"encoded": '{"text": "grüß"}'.encode("latin-1")},
        {"encoded": '{"text": "hi"}'.encode("utf-16")},
        {"text": '{"text": "gr\ufffd"}'},
        {"text": '{"text": "\udce4"}'},
        {"encoded": b'{"text": "\xed\xa0\x80"}'},
    ],
)
def test_bytes_that_are_not_utf_8_are_refused_and_never_kept(keep: Any, request_: dict[str, Any]) -> None:
    answer = keep(**request_)
    assert (answer.status, answer.json) == (400, _invalid(("body", "The body is not UTF-8 text")))
    assert _kept() == 0


@pytest.mark.parametrize(
    "media",
    [
        "application/json",
        "Application/JSON",
        "APPLICATION/JSON ; Charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; charset=utf8; profile=x",
    ],
)
def test_a_media_type_is_known_however_it_is_written(keep: Any, media: str) -> None:
    assert keep(headers={"content-type": media}).status == 201


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"content-type": "application/json; charset=iso-8859-1"}, "Send the body in UTF-8."),
        ({"content-type": 'application/json; charset="UTF-16"'}, "Send the body in UTF-8."),
        ({"content-encoding": "gzip"}, "Send the body as it is, not compressed."),
        ({"content-encoding": "identity, br"}, "Send the body as it is, not compressed."),
    ],
)
def test_another_charset_and_a_compressed_body_are_refused(keep: Any, headers: dict[str, str], message: str) -> None:
    answer = keep(headers=headers)
    assert (answer.status, answer.json) == (415, _error("UNSUPPORTED_MEDIA_TYPE", message))


@pytest.mark.parametrize("media", ["text/plain", "Application/XML; charset=koi8-r"])
def test_without_a_body_its_media_type_says_nothing(call: Call, media: str) -> None:
    answer = call(keep_note, path=FOLDER, caller=WRITER, headers={"content-type": media})
    assert (answer.status, answer.json) == (400, _invalid(("body", "This is needed")))


MEDIA = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""]


@pytest.mark.parametrize("media", MEDIA)
def test_another_media_type_is_refused(keep: Any, media: str) -> None:
    answer = keep(headers={"Content-Type": media})
    message = "Send the body as application/json."
    assert (answer.status, answer.json) == (415, _error("UNSUPPORTED_MEDIA_TYPE", message))


@pytest.mark.covers("S-P-24", "S-P-08", "S-P-23")
@pytest.mark.parametrize("refused", ["missing", "expired", "invalid"])
def test_nobody_is_let_in_without_a_token(keep: Any, refused: str) -> None:
    answer = keep(None, refused=refused)
    assert (answer.status, answer.json) == (401, _error("UNAUTHORIZED", "Sign in to do this."))
    assert answer.headers == BASE


@pytest.mark.covers("S-P-35", "S-P-08", "S-P-23")
@pytest.mark.parametrize(
    ("caller", "code", "message"),
    [
        (principal("usr_a", "notes:read"), "FORBIDDEN", "You are not allowed to do this."),
        (principal("usr_a"), "FORBIDDEN", "You are not allowed to do this."),
        (principal("usr_a", "notes:writer"), "FORBIDDEN", "You are not allowed to do this."),
        (
            principal("usr_a", "notes:write", verified=False),
            "EMAIL_NOT_VERIFIED",
            "Confirm your e-mail address first.",
        ),
    ],
)
def test_a_caller_who_may_not_is_told_why(keep: Any, caller: Principal, code: str, message: str) -> None:
    answer = keep(caller)
    assert (answer.status, answer.json) == (403, _error(code, message))
    assert _kept() == 0


def test_a_suspended_account_is_told(keep: Any) -> None:
    answer = keep(None, refused="suspended")
    assert (answer.status, answer.json) == (403, _error("ACCOUNT_SUSPENDED", "This account is suspended."))


def test_who_may_is_asked_before_the_body_is_looked_at(keep: Any) -> None:
    assert keep(None, text="{").status == 401
    assert keep(principal("usr_a"), text="x" * (300 * 1024)).status == 403


def test_a_declared_error_has_its_own_code(keep: Any) -> None:
    answer = keep(body={"text": "hello", "weight": 4})
    assert (answer.status, answer.json) == (409, _error("FOLDER_FULL", "The folder is full."))
    assert answer.headers == BASE | FIRST_OF_SIXTY


@pytest.mark.covers("X-P-02", "S-P-23", "X-O-06")
def test_an_unforeseen_failure_tells_nothing_but_its_request(call: Call) -> None:
    with heard() as lines:
        answer = call(break_down)
        (line,) = lines()
    assert (answer.status, answer.json) == (500, _error("INTERNAL_ERROR", "Something went wrong on our side."))
    assert answer.headers == BASE
    assert line["exception"].endswith("RuntimeError: token [token] of [mail address] at /var/task")


@pytest.mark.covers("S-P-21", "S-P-27")
@pytest.mark.covers_partly("X-P-04", missing="short lists and a person's support team come whole, without a cursor")
def test_a_list_goes_on_by_its_cursor_and_tells_its_end(call: Call, keep: Any) -> None:
    kept = {keep(body={"text": f"note {number}"}, request_id=f"r{number}").data["id"] for number in range(5)}
    found, cursor, pages = [], None, 0
    while cursor or not pages:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = call(list_notes, path=FOLDER, caller=WRITER, query=query).json
        assert page.keys() == {"data", "pagination"}
        cursor, pages = page["pagination"]["nextCursor"], pages + 1
        assert page["pagination"] == {"limit": 2, "hasMore": cursor is not None, "nextCursor": cursor}
        found += [note["id"] for note in page["data"]]
    assert (sorted(found), pages) == (sorted(kept), 3)


def test_an_empty_list_is_a_list(call: Call) -> None:
    answer = call(list_notes, path=FOLDER, caller=WRITER)
    assert answer.json == {"data": [], "pagination": {"limit": 20, "hasMore": False, "nextCursor": None}}
    assert answer.headers == BASE


@pytest.mark.covers("X-P-04")
def test_a_cursor_of_another_list_or_reader_is_refused(call: Call, keep: Any) -> None:
    for number in range(2):
        keep(request_id=f"r{number}")
    cursor = call(list_notes, path=FOLDER, caller=WRITER, query={"limit": "1"}).json["pagination"]["nextCursor"]
    other = principal("usr_b", "notes:read")
    for path, caller, sent in (
        (FOLDER, other, cursor),
        ({"folder": "g"}, WRITER, cursor),
        (FOLDER, WRITER, "nonsense"),
    ):
        answer = call(list_notes, path=path, caller=caller, query={"cursor": sent})
        told = "The cursor does not belong to this list."
        assert (answer.status, answer.json) == (400, _error("VALIDATION_ERROR", told, ("cursor", told)))


@pytest.mark.parametrize(
    ("limit", "status"), [("1", 200), ("50", 200), ("0", 400), ("51", 400), ("x", 400), ("1.5", 400)]
)
def test_a_limit_has_its_limits(call: Call, limit: str, status: int) -> None:
    answer = call(list_notes, path=FOLDER, caller=WRITER, query={"limit": limit})
    assert answer.status == status
    if status == 400:
        assert [detail["field"] for detail in answer.json["error"]["details"]] == ["limit"]
