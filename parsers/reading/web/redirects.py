"""Where a redirect leads, and what of a request may go there. Follows none and resolves no names."""

import dataclasses
import re
from urllib.parse import urldefrag, urlsplit

from parsers.errors import Refused
from parsers.model import Request
from parsers.reading.links import DEFAULT_PORTS, absolute
from parsers.reading.web.headers import printable

REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)


def checked(url: str) -> str:
    """The address as it is asked for, without fragment. Raises Refused (address, scheme)."""
    address = absolute(url)
    if address is None:
        scheme, colon, _ = url.strip().partition(":")
        kind = "scheme" if colon and scheme.lower() not in DEFAULT_PORTS else "address"
        raise Refused(printable(url[:200]), kind, "is not a web address that we follow")
    return urldefrag(address).url


def target_of(location: str | None, url: str, first: str) -> str:
    """Where a Location header found at `url` leads. Raises Refused (redirect, scheme), which names the address `first`.

    From https there is no way back to http.
    """
    if not location:
        raise Refused(first, "redirect", "redirects to nowhere")
    target = absolute(location, url)
    if target is None:
        kind = "scheme" if re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", location.strip(), re.IGNORECASE) else "redirect"
        raise Refused(first, kind, f"redirects to {location[:200]!a}")
    if url.startswith("https:") and target.startswith("http:"):
        raise Refused(first, "redirect", f"redirects from https to {target[:200]}")
    return urldefrag(target).url


def redirected(request: Request, target: str) -> Request:
    """The same request at the next address, without what belongs to the address or site that it leaves."""
    old, new = urlsplit(request.url), urlsplit(target)
    doors = [(parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]) for parts in (old, new)]
    stays = doors[0] == doors[1] or doors == [(old.hostname, 80), (old.hostname, 443)]
    request = dataclasses.replace(request, url=target, etag=None, last_modified=None)
    return request if stays else dataclasses.replace(request, headers={}, verify_tls=True)
