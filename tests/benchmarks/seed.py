"""Puts rows into DynamoDB Local by way of its own store, a SQLite file: a million in the time its API takes 50,000.

Only while the engine is stopped. The tables were made by the engine and keep its layout. Where it stores hashes, which
only order rows that nothing else orders, the rows are numbered, so that its indexes grow at their end.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.sizes import item_bytes

Row = dict[str, Any]

_HASH_BYTES = 20
_DIGITS = 38
_CACHE_KB = 500_000


def seed(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Put rows into a table of the store in a folder."""
    (store,) = folder.glob("*.db")
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        ((told,),) = database.execute("SELECT TableInfo FROM dm WHERE TableName = ?", (table,))
        attributes = {
            part["SQLiteColumnName"]: part["DynamoDBAttribute"]["AttributeName"]
            for index in json.loads(told)["SQLiteIndex"].values()
            for part in index
        }
        known = {column for _, column, *_ in database.execute(f'PRAGMA table_info("{table}")')}
        made = ["hashValue", "rangeValue", "itemSize", "ObjectJSON", *sorted(known & {"hashRangeValue"})]
        columns = [*attributes, *made]
        places = ", ".join("?" * len(columns))
        insert = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})'
        database.executemany(insert, _values(rows, list(attributes.values()), len(made)))


def _values(rows: Iterable[Row], attributes: list[str], made: int) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows):
        order = number.to_bytes(_HASH_BYTES)
        blob = json.dumps(row, separators=(",", ":")).encode()
        keys = (_key(row[name]) if name in row else None for name in attributes)
        yield (*keys, *(order, order, item_bytes(row), blob, order)[:made])


def _key(value: dict[str, str]) -> bytes:
    """Return a key as the engine stores it: text as it is, a whole number of two digits or more so that it sorts."""
    if "S" in value:
        return value["S"].encode()
    digits = value["N"]
    return f">>{len(digits) - 1:03d}E{digits:0<{_DIGITS}}".encode()
