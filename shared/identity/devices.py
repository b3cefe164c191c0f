"""Marks of devices that signed in before: a stranger's wrong passwords do not lock them out."""

import re

from shared.identity.items import Account
from shared.kernel.ids import new_id
from shared.kernel.security import derived

PURPOSE = "device"
_MARK = re.compile(r"(dev_[0-9a-z]{26})\.[\w-]{43}", re.ASCII)


def mark(account: Account, device_id: str | None) -> str:
    """Return the mark of a device, of a new one where none is named. It is good until another password is set."""
    device_id = device_id or new_id("dev")
    return f"{device_id}.{derived.derive(PURPOSE, account.user_id, device_id, str(account.passwords_set))}"


def known(presented: str | None, account: Account | None) -> str | None:
    """Return the id of a device that signed in to an account before, ``None`` where its mark does not say so."""
    found = _MARK.fullmatch(presented or "")
    if found is None or account is None:
        return None
    return found[1] if derived.same(found[0], mark(account, found[1])) else None
