"""Which words are in use: the catalogue's, unless a later version was approved."""

from datetime import datetime, timedelta

from shared.kernel.storage.reads import query_all
from shared.messaging.templates.catalogue import DEFAULT_LOCALE, Version, seeded
from shared.messaging.templates.items import ACTIVE_PK, ActiveTemplate
from shared.messaging.templates.schemas import Wording

KEPT = timedelta(seconds=60)
"""How long a process goes on with what it read: an approval is in use everywhere after that."""

Versions = dict[tuple[str, str], Version]

_read: tuple[datetime, Versions] | None = None


def in_use(*, now: datetime) -> Versions:
    """Return every version in use, by key and locale: at most one query a minute and process."""
    global _read  # noqa: PLW0603 - what the process keeps
    if _read is None or not _read[0] <= now < _read[0] + KEPT:
        _read = (now, seeded() | _approved())
    return _read[1]


def forget() -> None:
    """Read again at the next use."""
    global _read  # noqa: PLW0603 - what the process keeps
    _read = None


def _approved() -> Versions:
    versions = {}
    for found in query_all(ActiveTemplate, ActiveTemplate.pk == ACTIVE_PK):
        item = ActiveTemplate.load(dict(found))
        key, _, locale = item.sk.rpartition("#")
        versions[key, locale] = Version(key, locale, item.number, Wording.model_validate_json(item.wording))
    return versions


def find(key: str, locale: str, *, now: datetime) -> Version | None:
    """Return the words of a template for a reader: in their language and country, their language, or the default."""
    versions = in_use(now=now)
    for wanted in (locale, locale.partition("-")[0], DEFAULT_LOCALE):
        if (key, wanted) in versions:
            return versions[key, wanted]
    return None
