"""The two forms in which a mail address may be stored: with its domain in A-labels, and as it was kept before that.

Needs no library, so that whoever looks an address up needs no layer.
"""

_ENCODED = "xn--"


def address_forms(address: str) -> tuple[str, ...]:
    """Return a stored mail address as it is kept, and, where they differ, as it was kept before (IDNA's own letters).

    Whoever writes writes under the first; whoever looks for something looks under all, for good: what is kept by the
    hash of an address, such as a suppression or a link in a mail, cannot be moved by anybody who lacks the address.
    """
    local, _, domain = address.strip().rpartition("@")
    local, labels = local.lower(), "".join(map(_small, domain)).split(".")
    kept = f"{local}@{'.'.join(map(_encoded, labels))}"
    return tuple(dict.fromkeys((kept, f"{local}@{'.'.join(map(_decoded, labels))}")))


def _small(letter: str) -> str:
    """Return a letter as domains have it: of Cherokee the capital stands for both cases (UTS 46)."""
    return letter if letter.casefold() == letter else letter.lower()


def _encoded(label: str) -> str:
    return label if label.isascii() else _ENCODED + label.encode("punycode").decode("ascii")


def _decoded(label: str) -> str:
    if not label.startswith(_ENCODED):
        return label
    try:
        return label.removeprefix(_ENCODED).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
