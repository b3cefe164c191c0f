"""What people want to get on which channel (X-N-01, X-N-02). Pure.

Everything is wanted unless it was muted. A recipient's ``muted`` holds ``<category>:<channel>``, or ``<category>:*``
for every channel.
"""

from collections.abc import Collection, Mapping

from shared.kernel.categories import Category, Channel
from shared.messaging.categories import CATEGORIES

EVERY = "*"

Matrix = dict[str, dict[Channel, bool]]

CHOOSABLE = {
    name: category
    for name, category in CATEGORIES.items()
    if Channel.IN_APP in category.channels and not category.critical
}
"""Categories that users choose about: what is for users, and not critical."""


def wanted(category: Category, channel: Channel, muted: Collection[str]) -> bool:
    """Tell whether a person wants messages of a category on a channel; what is critical comes whatever they want."""
    return category.critical or not {f"{category.name}:{EVERY}", f"{category.name}:{channel}"}.intersection(muted)


def matrix(muted: Collection[str]) -> Matrix:
    """Return what a user wants, for every category and channel they may choose about."""
    return {
        name: {channel: wanted(category, channel, muted) for channel in category.channels}
        for name, category in CHOOSABLE.items()
    }


def muted_after(muted: Collection[str], changes: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Return what is muted after a change of some cells; what is no user's choice stays as it is."""
    cells = {
        f"{name}:{channel}": changes.get(name, {}).get(channel, is_wanted)
        for name, channels in matrix(muted).items()
        for channel, is_wanted in channels.items()
    }
    others = {entry for entry in muted if entry.partition(":")[0] not in CHOOSABLE}
    return sorted(others | {cell for cell, is_wanted in cells.items() if not is_wanted})


def problems(changes: Mapping[str, Mapping[str, bool]]) -> list[tuple[str, str]]:
    """Return what is wrong with a change, as (field, message)."""
    found = []
    for name, channels in changes.items():
        if name not in CHOOSABLE:
            found.append((f"channels.{name}", f"one of {', '.join(sorted(CHOOSABLE))} is needed"))
            continue
        known = CHOOSABLE[name].channels
        found += [
            (f"channels.{name}.{channel}", f"one of {', '.join(known)} is needed")
            for channel in channels
            if channel not in known
        ]
    return found
