"""A small domain that stands for all: it lets the kernel be tested through real declarations."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictInt
from pynamodb.attributes import UnicodeAttribute

from shared.kernel import cursors
from shared.kernel.errors import Conflict
from shared.kernel.events import DomainEvent, outbox
from shared.kernel.platform import DOMAIN
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.reads import query
from shared.kernel.storage.writes import Put, Update, transact
from shared.kernel.wire import Instant, Page, Wire

FULL = 3
"""Notes of weight that a folder holds."""


class Note(Item):
    """``NOTES#<folder>`` / ``NOTE#<id>``."""

    domain = DOMAIN

    text = UnicodeAttribute()
    kept_at = InstantAttribute()


class Folder(Item):
    """``FOLDER#<folder>`` / ``FOLDER``: how often notes were added, however many requests asked for it."""

    domain = DOMAIN

    added = IntegerAttribute()


class NoteKept(DomainEvent):
    """A note was added."""

    domain = DOMAIN

    note_id: str


class FolderFull(Conflict):
    """The folder takes no note of that weight."""

    code, message = "FOLDER_FULL", "The folder is full."


class AlreadyKept(Conflict):
    """The note was added by an earlier try."""


class NewNote(Wire):
    """A note to keep."""

    text: Annotated[str, Field(min_length=1, max_length=400)]
    weight: Annotated[StrictInt, Field(ge=1)] = 1


class KeptNote(Wire):
    """A note as it was kept."""

    id: str
    text: str
    kept_at: Instant


def keep(folder: str, note: NewNote, note_id: str, *, now: datetime) -> KeptNote:
    """Add a note and count it, or find what the first try added."""
    if note.weight > FULL:
        raise FolderFull
    item = Note(pk=f"NOTES#{folder}", sk=f"NOTE#{note_id}", text=note.text, kept_at=now)
    with suppress(AlreadyKept):
        transact(
            [
                Put(item, condition=Note.pk.does_not_exist(), error=AlreadyKept),
                Update(Folder, f"FOLDER#{folder}", "FOLDER", [Folder.added.add(1)]),
                outbox(NoteKept(note_id=note_id), at=now, event_id=note_id),
            ]
        )
    return KeptNote(id=note_id, text=note.text, kept_at=now)


def page(folder: str, *, limit: int, cursor: str | None) -> Page[KeptNote]:
    """Return a page of a folder's notes."""
    scope = f"notes:{folder}"
    found = query(Note, Note.pk == f"NOTES#{folder}", limit=limit, start=cursors.decode(scope, cursor))
    notes = [
        KeptNote(id=note.sk.removeprefix("NOTE#"), text=note.text, kept_at=note.kept_at) for note in found.load(Note)
    ]
    return Page(notes, limit=limit, next_cursor=cursors.encode(scope, found.next_key))
