"""Function URLs in their two forms: the public one, which does not resolve on this machine, and where they really are.

The local AWS tells a function that it was called at the public one, so that is what a provider's signature covers.
"""

import re
from urllib.parse import parse_qsl, quote, urlsplit

_PUBLIC = re.compile(r"https://([a-z0-9-]+)\.lambda-url\.[a-z0-9-]+\.on\.aws(?=/|$)")
_REACHABLE = re.compile(r"http://[^/]+/_aws/lambda-url/([a-z0-9-]+)(?=/|$)")


def reachable(aws: str, url: str) -> str:
    """Return where a function URL is on this machine; any other address stays as it is.

    Args:
        aws: base URL of the local AWS.
        url: the public form.
    """
    return _PUBLIC.sub(rf"{aws}/_aws/lambda-url/\1", url, count=1)


def public(region: str, url: str) -> str:
    """Return the address that a function believes it was called at; any other address stays as it is."""
    found = _REACHABLE.match(url)
    if found is None:
        return url
    rest = urlsplit(url[found.end() :])
    # The local AWS takes a query apart and writes it anew.
    pairs = parse_qsl(rest.query, keep_blank_values=True)
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    return f"https://{found.group(1)}.lambda-url.{region}.on.aws{rest.path or '/'}{f'?{query}' if query else ''}"
