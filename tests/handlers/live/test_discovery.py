"""Lists of streams and categories."""

from datetime import timedelta

import pytest

from shared.kernel.storage.writes import Put, commit
from shared.live import audience, categories, discovery
from shared.live.items import CATEGORIES_PK, Category, stream_pk
from tests.clock import START
from tests.door import calls_made
from tests.handlers.live.conftest import CREATOR, put_stream, watch
from tests.handlers.live.test_streams import view

LISTS = ["live.list_streams", "live.discover_streams"]


@pytest.fixture
def many():
    """Six streams: two on air, one paused, two over, one planned, in two categories."""
    for number, (status, category) in enumerate(
        [
            ("LIVE", "Music"),
            ("ENDED", "Music"),
            ("PAUSED", "Gaming"),
            ("SCHEDULED", "Music"),
            ("ENDED", "Gaming"),
            ("LIVE", "Music"),
        ]
    ):
        # Their viewers are the other way round, but for those of a tie.
        at = START + timedelta(minutes=number)
        times = {} if status == "SCHEDULED" else {"started_at": at, "ended_at": at if status == "ENDED" else None}
        put_stream(f"str_{number}", status, category=category, category_id=category.lower(), **times)


def walk(call, named, query):
    """Return the ids on all pages of a list, one after the other."""
    seen, cursor = [], None
    while True:
        answer = call(named, query=query | ({"cursor": cursor} if cursor else {}))
        seen += ids(answer)
        cursor = answer.json["pagination"]["nextCursor"]
        if cursor is None:
            return seen


def ids(answer):
    assert answer.status == 200
    return [stream["id"] for stream in answer.data]


@pytest.mark.covers("S-P-27")
@pytest.mark.covers_partly("S-L-22", missing="streams cannot be searched")
@pytest.mark.covers_partly(
    "S-L-20", missing="a list cannot be searched, and of its creator a stream tells the id alone"
)
@pytest.mark.parametrize("named", LISTS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "live"}, ["str_5", "str_0"]),
        ({"status": "ended"}, ["str_4", "str_1"]),
        ({"status": "all"}, ["str_5", "str_0", "str_2", "str_4", "str_1"]),
        ({"status": "all", "category": "Music"}, ["str_5", "str_0", "str_1"]),
        ({"status": "live", "category": "gaming"}, []),
        ({"status": "all", "category": "gaming"}, ["str_2", "str_4"]),
        ({"status": "all", "category": "Cooking"}, []),
    ],
)
def test_lists_show_live_streams_first_and_the_latest_first(call, many, named, query, expected):
    assert ids(call(named, query=query)) == expected


def test_the_lists_differ_in_what_they_show_unasked(call, many):
    assert ids(call("live.list_streams")) == ["str_5", "str_0"]
    assert ids(call("live.discover_streams")) == ["str_5", "str_0", "str_2", "str_4", "str_1"]


@pytest.mark.covers("S-L-21")
@pytest.mark.parametrize("named", LISTS)
def test_a_list_is_a_query_of_an_index_and_one_of_the_rates_that_hold_all_it_shows_and_is_cached(call, named):
    put_stream(viewers=3, rate_per_minute=9_000, premium_permille=1_500, thumbnail_url="https://cdn.example/a.webp")
    with calls_made() as made:
        for query in ({"status": "live"}, {"status": "live", "category": "music"}):
            answer = call(named, query=query)
            shown = view(
                viewers=3, ratePerMinute="9", premiumMultiplier="1.5", thumbnailUrl="https://cdn.example/a.webp"
            )
            for name in ("version", "waitingForPicture", "pausedUntil"):
                del shown[name]
            assert answer.json == {"data": [shown], "pagination": {"limit": 20, "hasMore": False, "nextCursor": None}}
            assert answer.headers["Cache-Control"] == "public, max-age=30"
    assert made == ["Query", "Query"] * 2


@pytest.mark.parametrize("named", LISTS)
@pytest.mark.parametrize("category", [None, "music"])
def test_pages_follow_each_other_without_a_gap(call, named, category):
    for number in range(7):
        put_stream(f"str_{number}", "LIVE" if number > 3 else "ENDED", started_at=START + timedelta(minutes=number))
    query = {"status": "all", "limit": "2"} | ({"category": category} if category else {})
    assert walk(call, named, query) == ["str_6", "str_5", "str_4", "str_3", "str_2", "str_1", "str_0"]


@pytest.mark.parametrize("named", LISTS)
def test_a_cursor_of_another_list_is_refused(call, many, named):
    cursor = call(named, query={"status": "all", "limit": "1"}).json["pagination"]["nextCursor"]
    other = "newest" if named == "live.discover_streams" else "viewers"
    for query in ({"status": "live"}, {"status": "all", "category": "music"}, {"status": "all", "sort": other}):
        answer = call(named, query=query | {"cursor": cursor})
        assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "cursor")


@pytest.mark.parametrize("named", LISTS)
@pytest.mark.parametrize(
    "query", [{"status": "LIVE"}, {"limit": "0"}, {"limit": "51"}, {"limit": "ten"}, {"category": "x" * 41}, {"q": "x"}]
)
def test_bad_parameters_are_refused(call, named, query):
    answer = call(named, query=query)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == list(query)


@pytest.mark.covers("S-L-09")
def test_the_first_categories_are_written_once_and_a_rate_of_ones_own_shows(call):
    assert categories.ensure(START) == 0
    commit(Put(Category(pk=CATEGORIES_PK, sk="CATEGORY#gaming", name="Gaming", rate_per_minute=4_500)))
    assert categories.ensure(START) == 0
    answer = call("live.list_categories")
    assert answer.json == {
        "data": [
            {"id": "education", "name": "Education", "liveStreams": 0, "ratePerMinute": "6", "nextRate": None},
            {"id": "gaming", "name": "Gaming", "liveStreams": 0, "ratePerMinute": "4.5", "nextRate": None},
            {"id": "music", "name": "Music", "liveStreams": 0, "ratePerMinute": "6", "nextRate": None},
            {"id": "talk-shows", "name": "Talk Shows", "liveStreams": 0, "ratePerMinute": "6", "nextRate": None},
        ],
        "pagination": {"limit": 4, "hasMore": False, "nextCursor": None},
    }


@pytest.mark.covers("S-L-09")
def test_a_category_shows_how_many_of_its_streams_are_live_whatever_was_repeated(call, many, camera):
    def live():
        return {category["id"]: category["liveStreams"] for category in call("live.list_categories").data}

    assert live() == {"education": 0, "gaming": 0, "music": 2, "talk-shows": 0}
    camera.on("str_2")
    camera.on("str_3")
    for _ in range(2):
        for status in ("LIVE", "ENDED"):
            call("live.change_stream", path={"stream_id": "str_2"}, body={"status": status}, caller=CREATOR)
        call("live.start_stream", path={"stream_id": "str_3"}, caller=CREATOR)
        assert live() == {"education": 0, "gaming": 0, "music": 3, "talk-shows": 0}


@pytest.fixture
def watched():
    """Four streams on air, one paused and one that is over, of two categories; the most watched began first."""
    for number, (status, category, viewers) in enumerate(
        [
            ("LIVE", "Music", 120),
            ("LIVE", "Gaming", 9),
            ("PAUSED", "Music", 10),
            ("LIVE", "Music", 9),
            ("ENDED", "Music", 0),
            ("LIVE", "Music", 0),
        ]
    ):
        at = START + timedelta(minutes=number)
        times = {"started_at": at, "ended_at": at if status == "ENDED" else None}
        put_stream(f"str_{number}", status, category=category, category_id=category.lower(), viewers=viewers, **times)


@pytest.mark.covers("S-P-27")
@pytest.mark.covers_partly("S-L-22", missing="streams cannot be searched")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "live"}, ["str_0", "str_3", "str_1", "str_5"]),
        ({"status": "ended"}, ["str_4"]),
        ({"status": "all"}, ["str_0", "str_3", "str_1", "str_5", "str_2", "str_4"]),
        ({"status": "all", "category": "music"}, ["str_0", "str_3", "str_5", "str_2", "str_4"]),
        ({"status": "live", "category": "gaming"}, ["str_1"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_by_viewers_the_most_watched_comes_first_and_then_the_latest_on_every_page(
    call, watched, query, expected, limit, monkeypatch
):
    monkeypatch.setattr(discovery, "SEARCHED", 2)
    assert walk(call, "live.list_streams", query | {"sort": "viewers", "limit": str(limit)}) == expected


def test_discovery_shows_the_most_watched_first_unasked_and_the_newest_when_asked(call, watched):
    assert ids(call("live.discover_streams"))[:2] == ["str_0", "str_3"]
    assert ids(call("live.discover_streams", query={"sort": "newest"}))[:2] == ["str_5", "str_3"]


def test_a_count_of_viewers_moves_a_stream_and_an_end_takes_it_away(call, watched, livekit):
    watch("str_5", "usr_a"), watch("str_5", "usr_b", operation="opn_2")
    audience.recount(stream_pk("str_5"), now=START + timedelta(hours=1))
    put_stream("str_7", started_at=START, viewers=1)
    order = ids(call("live.discover_streams", query={"status": "live"}))
    assert order[-2:] == ["str_5", "str_7"]
    call("live.end_stream", path={"stream_id": "str_5"}, caller=CREATOR)
    audience.recount(stream_pk("str_5"), now=START + timedelta(hours=2))
    assert "str_5" not in ids(call("live.discover_streams", query={"status": "live"}))


@pytest.mark.covers("S-P-27")
@pytest.mark.parametrize("named", LISTS)
def test_an_order_that_is_none_is_refused_by_name(call, named):
    answer = call(named, query={"sort": "title"})
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.json["error"]["details"] == [{"field": "sort", "message": "One of 'newest' or 'viewers' is needed"}]


@pytest.mark.covers("S-W-29")
def test_a_stream_costs_its_categorys_rate_times_its_premium(call, livekit):
    commit(Put(Category(pk=CATEGORIES_PK, sk="CATEGORY#gaming", name="Gaming", rate_per_minute=4_500)))
    body = {"title": "Chess", "category": "Gaming", "premiumMultiplier": "2"}
    assert call("live.create_stream", body=body, caller=CREATOR).data["ratePerMinute"] == "9"
