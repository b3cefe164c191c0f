"""Writing, approving and trying templates (X-A-29)."""

from datetime import datetime

from pynamodb.expressions.condition import Condition

from shared.kernel.categories import Channel
from shared.kernel.errors import ValidationFailed
from shared.kernel.events import outbox
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.reads import get, query, query_all
from shared.kernel.storage.writes import Put, Update, commit, transact
from shared.messaging.events import TemplateApproved
from shared.messaging.templates import versions
from shared.messaging.templates.catalogue import Version, seeded
from shared.messaging.templates.errors import OwnVersion, TemplateNotFound, VersionSuperseded
from shared.messaging.templates.items import (
    ACTIVE_PK,
    ActiveTemplate,
    TemplateVersion,
    active_sk,
    template_pk,
    version_sk,
)
from shared.messaging.templates.rendering import FIRST_WORDS, NoWords, compose
from shared.messaging.templates.schemas import (
    NewVersion,
    PreviewRequest,
    TemplatePreview,
    TemplateView,
    VersionView,
    Wording,
)
from shared.messaging.templates.segments import size
from shared.messaging.templates.syntax import problems


def templates(*, now: datetime) -> list[TemplateView]:
    """Return what messages are written with at present, by key and language."""
    return [
        TemplateView(key=version.key, locale=version.locale, version=version.number, wording=version.wording)
        for _, version in sorted(versions.in_use(now=now).items())
    ]


def history(key: str) -> list[VersionView]:
    """Return every version of a template, the latest first.

    Raises:
        TemplateNotFound: there is no such template.
    """
    _known(key)
    items = [TemplateVersion.load(dict(found)) for found in query_all(TemplateVersion, _versions(key))]
    active = {
        item.sk.rpartition("#")[2]: item.number
        for item in (ActiveTemplate.load(dict(found)) for found in query_all(ActiveTemplate, _active(key)))
    }
    shown = [_view(item, active=active.get(item.locale) == item.number) for item in reversed(items)]
    return shown + [_seed_view(seed, active=seed.locale not in active) for seed in _known(key)]


def _known(key: str) -> list[Version]:
    found = [version for version in seeded().values() if version.key == key]
    if not found:
        raise TemplateNotFound
    return found


def _versions(key: str) -> Condition:
    found: Condition = TemplateVersion.pk == template_pk(key)
    found &= TemplateVersion.sk.startswith("VERSION#")
    return found


def _active(key: str) -> Condition:
    found: Condition = ActiveTemplate.pk == ACTIVE_PK
    found &= ActiveTemplate.sk.startswith(active_sk(key, ""))
    return found


def _view(item: TemplateVersion, *, active: bool) -> VersionView:
    return VersionView(
        key=item.template,
        locale=item.locale,
        version=item.number,
        status="DRAFT" if item.status == "DRAFT" else "APPROVED",
        active=active,
        wording=Wording.model_validate_json(item.wording),
        author_id=item.author_id,
        created_at=item.created_at,
        approved_by=item.approved_by,
        approved_at=item.approved_at,
    )


def _seed_view(seed: Version, *, active: bool) -> VersionView:
    return VersionView(
        key=seed.key,
        locale=seed.locale,
        version=seed.number,
        status="APPROVED",
        active=active,
        wording=seed.wording,
        author_id=None,
        created_at=None,
        approved_by=None,
        approved_at=None,
    )


def propose(body: NewVersion, *, author_id: str, operation: str, now: datetime) -> VersionView:
    """Keep a new version of a template, to be approved; a retry of the same operation finds what the first made.

    Raises:
        TemplateNotFound: nothing is sent with a template of this key.
        ValidationFailed: its words cannot be used, or its variables are not those declared.
        Unavailable: others kept writing versions in between.
    """
    wrong = [*problems(body.wording), *_not_given(body.wording, _known(body.key))]
    if wrong:
        raise ValidationFailed(details=[(f"wording.{field}", message) for field, message in wrong])

    def number_next() -> VersionView:
        last = _last(body.key)
        if last is not None and last.operation == operation:
            return _view(last, active=False)
        number = (last.number if last else 1) + 1
        item = TemplateVersion(
            pk=template_pk(body.key),
            sk=version_sk(number),
            template=body.key,
            locale=body.locale,
            number=number,
            status="DRAFT",
            wording=body.wording.model_dump_json(),
            operation=operation,
            author_id=author_id,
            created_at=now,
        )
        commit(Put(item, condition=TemplateVersion.pk.does_not_exist(), error=VersionConflict))
        return _view(item, active=False)

    return retry_on_conflict(number_next)


def _not_given(wording: Wording, seeds: list[Version]) -> list[tuple[str, str]]:
    """Return the variables that nobody gives to a template: a message that needs one would never leave."""
    always = {name for seed in seeds for name in seed.wording.variables}
    sometimes = always | {name for seed in seeds for name in seed.wording.optional}
    return [
        (field, f"{name} is not given to this template")
        for field, declared, given in (
            ("variables", wording.variables, always),
            ("optional", wording.optional, sometimes),
        )
        for name in declared
        if name not in given
    ]


def _last(key: str) -> TemplateVersion | None:
    found = query(TemplateVersion, _versions(key), limit=1, descending=True).load(TemplateVersion)
    return found[0] if found else None


def approve(key: str, number: int, *, by: str, now: datetime) -> VersionView:
    """Put a version into use; processes that read the one before go on with it for a minute at most.

    Raises:
        TemplateNotFound: there is no such version.
        OwnVersion: its author may not approve it.
        VersionSuperseded: a later version of the same language is in use.
    """
    item = get(TemplateVersion, template_pk(key), version_sk(number))
    if item is None:
        raise TemplateNotFound
    if item.author_id == by:
        raise OwnVersion
    if item.status == "DRAFT":
        _put_into_use(item, by=by, now=now)
        item = get(TemplateVersion, item.pk, item.sk) or item
    active = get(ActiveTemplate, ACTIVE_PK, active_sk(key, item.locale))
    return _view(item, active=active is not None and active.number == number)


def _put_into_use(item: TemplateVersion, *, by: str, now: datetime) -> None:
    approved = Update(
        TemplateVersion,
        item.pk,
        item.sk,
        [
            TemplateVersion.status.set("APPROVED"),
            TemplateVersion.approved_by.set(by),
            TemplateVersion.approved_at.set(now),
        ],
        condition=TemplateVersion.status == "DRAFT",
    )
    active = ActiveTemplate(
        pk=ACTIVE_PK, sk=active_sk(item.template, item.locale), number=item.number, wording=item.wording
    )
    later = ActiveTemplate.pk.does_not_exist() | (ActiveTemplate.number < item.number)
    event = TemplateApproved(template=item.template, locale=item.locale, version=item.number, by=by)
    transact([Put(active, condition=later, error=VersionSuperseded), approved, outbox(event, at=now)])


def preview(body: PreviewRequest, *, now: datetime) -> TemplatePreview:
    """Return what would be sent, or why nothing would.

    Raises:
        TemplateNotFound: there is no such template.
    """
    version = _previewed(body, now=now)
    wrong = [f"{field}: {message}" for field, message in problems(version.wording)]
    ending = versions.find(FIRST_WORDS, body.locale, now=now) if body.first_text else None
    text, subject, segments = "", "", 0
    if not wrong:
        try:
            said = compose(version, body.channel, body.variables, ending=ending)
            text, subject, segments = said.text, said.subject, said.segments
        except NoWords as trouble:
            wrong = [str(trouble)]
    return TemplatePreview(
        text=text,
        subject=subject,
        segments=segments,
        encoding=size(text).encoding if text and body.channel is Channel.SMS else None,
        version=version.number or None,
        problems=wrong,
    )


def _previewed(body: PreviewRequest, *, now: datetime) -> Version:
    if body.wording is not None:
        return Version("preview", body.locale, 0, body.wording)
    found = versions.find(body.template or "", body.locale, now=now)
    if found is None:
        raise TemplateNotFound
    return found
