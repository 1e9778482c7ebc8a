"""Reads robots.txt (RFC 9309) and remembers for a run what it allows. Opens no connection: it is handed a way to ask.

Beside the standard it reads Crawl-delay, which many sites of public bodies set.
"""

import asyncio
import dataclasses
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from parsers.errors import FetchFailed, Refused
from parsers.model import Request, Response

MOST_BYTES = 512_000
"""RFC 9309, 2.5: as much as must be read. The rest is not looked at."""
MOST_LINES = 10_000
"""Without comments. 28,000 rules with wildcards would cost 0.1 s for every page, in the process that waits for all."""
DELAY_MOST = 10.0
"""Seconds: sites that ask for minutes have search engines in mind, not a reader of their newest pages."""

_AGENT = re.compile(r"user(?:-|\s*)agent\s*[:\s]\s*(.*)", re.IGNORECASE)  # all that Protego takes for one
_TOKEN = re.compile(r"[a-z0-9_-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us. `delay`: seconds between two pages, 0 to DELAY_MOST."""

    allows: Callable[[str], bool]
    delay: float = 0.0


FREE = Rules(lambda _url: True)


def read_rules(body: bytes, user_agent: str) -> Rules:
    """The rules for the product in `user_agent` (what stands before the first `/`), else those for all.

    A web page in the place of a robots.txt holds no rules.
    """
    text = body[:MOST_BYTES].decode("utf-8-sig", "replace")
    if text.lstrip().startswith("<"):
        return FREE
    token = _token(user_agent)
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    said = [_for_us(line, token) for line in lines if line][:MOST_LINES]
    rules = Protego.parse("\n".join(said))
    return Rules(lambda url: bool(rules.can_fetch(url, "us")), min(rules.crawl_delay("us") or 0.0, DELAY_MOST))


def _token(user_agent: str) -> str:
    found = _TOKEN.match(user_agent.strip())
    return found[0].lower() if found else ""


def _for_us(line: str, token: str) -> str:
    """A line that names an agent becomes one that names us, all or others; any other line stays as it is.

    Protego takes the rules of `Sea` for those of `Seabridge`, overlooks `Seabridge/1.0`, and needs a minute and
    gigabytes for a file of 16,000 agents above 20,000 rules.
    """
    agent = _AGENT.fullmatch(line)
    if agent is None:
        return line
    name = _token(agent[1])
    return "User-agent: " + ("*" if agent[1].startswith("*") else "us" if name and name == token else "others")


class Robots:
    """The robots.txt of every host that was asked in one run. `get` answers with the start of a longer body."""

    def __init__(self, get: Callable[[Request], Awaitable[Response]]) -> None:
        self._get = get
        self._known: dict[tuple[object, ...], Rules | FetchFailed] = {}
        self._asking: dict[tuple[object, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def permit(self, request: Request, user_agent: str, first: str) -> float:
        """Seconds to leave between two pages of this host. Its robots.txt is asked once, however many pages wait.

        `first` is the address that errors name, from which redirects led to that of `request`.

        A refusal (4xx), an empty file and one that cannot be reached by allowed redirects mean that all is allowed
        (RFC 9309, 2.3.1.3), but for 429, which asks for patience.

        Raises:
            Refused: kind `robots`: this address is disallowed.
            FetchFailed: kind `robots`: no answer or 5xx, so everything counts as disallowed for now (2.3.1.4).
        """
        parts = urlsplit(request.url)
        key = (parts.scheme, parts.netloc, user_agent, request.local, request.verify_tls)
        async with self._asking[key]:
            if key not in self._known:
                self._known[key] = await self._read(request, f"{parts.scheme}://{parts.netloc}/robots.txt", user_agent)
        known = self._known[key]
        if isinstance(known, FetchFailed):
            detail = f"robots.txt of {parts.netloc} gives no answer: {known.detail}"
            raise FetchFailed(first, "robots", detail, status=known.status, retry_after=known.retry_after)
        if not known.allows(request.url):
            raise Refused(first, "robots", f"robots.txt of {parts.netloc} does not allow it")
        return known.delay

    async def _read(self, request: Request, url: str, user_agent: str) -> Rules | FetchFailed:
        try:
            response = await self._get(
                dataclasses.replace(request, url=url, etag=None, last_modified=None, max_bytes=MOST_BYTES, robots=False)
            )
            return read_rules(response.body, user_agent)
        except Refused:
            return FREE
        except FetchFailed as error:
            refuses = error.status is not None and 400 <= error.status < 500 and error.status != 429
            return FREE if refuses or error.kind == "empty" else error
