"""What messaging stores about words."""

from pynamodb.attributes import UnicodeAttribute

from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item
from shared.messaging.items import DOMAIN

ACTIVE_PK = "TEMPLATES"


def template_pk(key: str) -> str:
    """Return the partition of a template's versions."""
    return f"TEMPLATE#{key}"


def version_sk(number: int) -> str:
    """Return the sort key of a version."""
    return f"VERSION#{number:06}"


def active_sk(key: str, locale: str) -> str:
    """Return the sort key of the version in use."""
    return f"{key}#{locale}"


class TemplateVersion(Item):
    """One version of a template in one language; never changed but for its approval, and kept: evidence names it.

    | key | value | access |
    |---|---|---|
    | pk | ``TEMPLATE#<key>`` | a template's history |
    | sk | ``VERSION#<number>`` | |

    ``status`` is DRAFT or APPROVED. ``operation`` is the request that made it.
    """

    domain = DOMAIN

    template = UnicodeAttribute()
    locale = UnicodeAttribute()
    number = IntegerAttribute()
    status = UnicodeAttribute()
    wording = UnicodeAttribute()
    operation = UnicodeAttribute()
    author_id = UnicodeAttribute()
    created_at = InstantAttribute()
    approved_by = UnicodeAttribute(null=True)
    approved_at = InstantAttribute(null=True)


class ActiveTemplate(Item):
    """The version that messages are written with: a copy, so that one query reads all that replace the catalogue's.

    | key | value | access |
    |---|---|---|
    | pk | ``TEMPLATES`` | every template in use |
    | sk | ``<key>#<locale>`` | replaced by an approval |
    """

    domain = DOMAIN

    number = IntegerAttribute()
    wording = UnicodeAttribute()
