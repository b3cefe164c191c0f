"""Puts rows into DynamoDB Local by way of its own store, a SQLite file: a million in the time its API takes 50,000.

Only while the engine is stopped. The tables were made by the engine and keep its layout; the hashes only order rows
that nothing else orders.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.sizes import item_bytes

Row = dict[str, Any]


def seed(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Put rows into a table of the store in a folder."""
    (store,) = folder.glob("*.db")
    with closing(sqlite3.connect(store)) as database, database:
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
    for row in rows:
        hashed = [hashlib.sha1(text.encode(), usedforsecurity=False).digest() for text in _keys(row)]
        blob = json.dumps(row, separators=(",", ":")).encode()
        extra = [hashed[0], hashed[1], item_bytes(row), blob, hashed[2]][:made]
        yield (*(row[name]["S"] if name in row else None for name in attributes), *extra)


def _keys(row: Row) -> tuple[str, str, str]:
    pk, sk = row["pk"]["S"], row["sk"]["S"]
    return pk, sk, f"{pk}\n{sk}"
