"""Escalation policies: seeded in code, further versions in the table; a version is never changed (X-A-16)."""

from contextlib import suppress
from datetime import datetime
from itertools import groupby

from shared.accountability.policies import rules
from shared.accountability.policies.errors import PolicyChangedMeanwhile, PolicyNotFound
from shared.accountability.policies.items import PolicyVersion
from shared.accountability.policies.schemas import NewPolicy, PolicyStep, PolicyVersionView, PolicyView
from shared.kernel.clock import EPOCH
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.writes import Put, commit


class _MadeBefore(Exception):
    pass


def newest(name: str) -> PolicyVersion:
    """Return the version that escalations which start now follow. One query of one item.

    Raises:
        PolicyNotFound: there is no such policy.
    """
    key = (PolicyVersion.pk == PolicyVersion.PK) & PolicyVersion.sk.startswith(f"{name}#")
    found = reads.query(PolicyVersion, key, limit=1, descending=True).load(PolicyVersion)
    if found:
        return found[0]
    if name not in rules.SEEDED:
        raise PolicyNotFound
    return _seeded(name)


def every() -> list[PolicyView]:
    """Return every policy with its versions, by name. One query."""
    return [_view(list(versions)) for _, versions in groupby(_versions(), key=lambda version: version.name)]


def one(name: str) -> PolicyView:
    """Return a policy with its versions.

    Raises:
        PolicyNotFound: there is no such policy.
    """
    versions = [version for version in _versions() if version.name == name]
    if not versions:
        raise PolicyNotFound
    return _view(versions)


def create(body: NewPolicy, *, admin_id: str, operation: str, now: datetime) -> PolicyView:
    """Write a policy's next version; escalations that run keep theirs. A retry finds what the first try made.

    Raises:
        PolicyChangedMeanwhile: somebody else wrote a version at the same moment.
    """
    known = [version for version in _versions() if version.name == body.name]
    if operation not in {version.operation for version in known}:
        with suppress(_MadeBefore):
            _write(body, known[0].number + 1 if known else 1, admin_id, operation, now)
    return one(body.name)


def _write(body: NewPolicy, number: int, admin_id: str, operation: str, now: datetime) -> None:
    item = PolicyVersion(
        pk=PolicyVersion.PK,
        sk=f"{body.name}#{number:06d}",
        name=body.name,
        number=number,
        steps=rules.pack(step.step(place) for place, step in enumerate(body.steps, start=1)),
        created_at=now,
        created_by=admin_id,
        operation=operation,
    )

    def taken(old: Attributes | None) -> Exception:
        return _MadeBefore() if PolicyVersion.load(old or {}).operation == operation else PolicyChangedMeanwhile()

    commit(Put(item, condition=PolicyVersion.pk.does_not_exist(), error=taken))


def _versions() -> list[PolicyVersion]:
    """Return every version, by name, the newest first."""
    found = reads.query_all(PolicyVersion, PolicyVersion.pk == PolicyVersion.PK)
    stored = [PolicyVersion.load(dict(raw)) for raw in found]
    return sorted([*stored, *map(_seeded, rules.SEEDED)], key=lambda version: (version.name, -version.number))


def _seeded(name: str) -> PolicyVersion:
    steps = rules.pack(rules.SEEDED[name])
    return PolicyVersion(name=name, number=1, steps=steps, created_at=EPOCH, created_by="wellspring")


def _view(versions: list[PolicyVersion]) -> PolicyView:
    shown = [
        PolicyVersionView(
            number=version.number,
            steps=[PolicyStep.of(step) for step in rules.unpack(version.steps)],
            created_at=version.created_at,
            created_by=version.created_by,
        )
        for version in versions
    ]
    return PolicyView(name=versions[0].name, version=shown[0].number, versions=shown)
