"""Gets one address from the web within hard limits. Never retries, parses nothing and keeps nothing, not even cookies.

Built straight on httpcore, the engine of httpx: proxies from the environment, cookies, automatic redirects and
automatic decompression, all of which would have to be switched off one by one, do not exist there. What a hostile
answer can do is bounded: wall clock, bytes after decompression, redirects, and the machines that are talked to.
"""

import asyncio
import re
import socket
import ssl
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import urldefrag, urlsplit

import httpcore

from parsers.configured import FetchLimits
from parsers.errors import FetchFailed, Refused, SeabridgeError
from parsers.model import Request, Response
from parsers.reading.codings import Inflater
from parsers.reading.dialling import Dialler, NotPublicError
from parsers.reading.links import absolute, host_of

NO_HOSTS: Mapping[str, tuple[str, int]] = MappingProxyType({})
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
RETRY_AFTER_MOST = 86_400.0
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SLACK = 65_536
"""Bytes that a body may be longer before than after decompression: headers and checksums of what cannot be squeezed."""

_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")
_UNDONE = ("content-encoding", "content-length", "transfer-encoding", "set-cookie")


def trusted() -> ssl.SSLContext:
    """The certificate authorities of the system and of certifi. Tests replace it."""
    return httpcore.default_ssl_context()


class Web:
    """The way to the web: connections that are reused, limits that are shared. Use as `async with Web(...) as web`.

    `hosts` maps names to an address and port on this machine that is dialled in their stead, unchecked.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        hosts: Mapping[str, tuple[str, int]] = NO_HOSTS,
        clock: Callable[[], datetime],
    ) -> None:
        self._limits = limits
        self._hosts = {name.lower(): place for name, place in hosts.items()}
        self._clock = clock
        self._open = AsyncExitStack()
        self._pools: dict[bool, httpcore.AsyncConnectionPool] = {}
        self._all = asyncio.Semaphore(limits.concurrency)
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))

    async def __aenter__(self) -> Self:
        names = ThreadPoolExecutor(self._limits.concurrency, thread_name_prefix="names")
        self._open.callback(names.shutdown, wait=False, cancel_futures=True)
        context = trusted()
        # Two pools: a connection that a local request was allowed to open must not serve a redirect of a public one.
        for local in (False, True):
            pool = httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=self._limits.concurrency,
                keepalive_expiry=15.0,
                http2=True,
                network_backend=Dialler(self._hosts, names, local=local),
            )
            self._pools[local] = await self._open.enter_async_context(pool)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def get(self, request: Request) -> Response:
        """One GET with redirects followed. The body is never empty, except when `not_modified`.

        Raises FetchFailed (dns, refused, connection, timeout, tls, protocol, status, challenge, empty, truncated,
        coding) or Refused (address, scheme, redirect, too-large, gone); both carry the address that was asked for.
        """
        first = url = _checked(request.url)
        validators = {"if-none-match": request.etag, "if-modified-since": request.last_modified}
        moved_to: str | None = None
        redirects, spent, again = 0, 0.0, False
        while True:
            sent = {name: value for name, value in validators.items() if value and _sendable(value)}
            extra = {"cache-control": "no-cache"} if again else sent
            answer, seconds = await self._hop(first, url, request, extra, spent)
            spent += seconds
            if answer.status in REDIRECTS:
                redirects += 1
                target = _target(first, url, answer.headers.get("location"))
                if redirects > self._limits.redirects:
                    raise Refused(first, "redirect", f"redirects more than {self._limits.redirects} times")
                if redirects == 1 and answer.status in PERMANENT:
                    moved_to = target
                url, validators = target, {}  # they belong to the address that gave them, to no other
            elif answer.status == 304 and not sent:
                if again:
                    raise FetchFailed(first, "status", "answers 'not modified' to a plain request", status=304)
                again = True
            else:
                return Response(
                    requested_url=request.url,
                    url=url,
                    status=answer.status,
                    headers=_plain(answer.headers),
                    body=answer.body,
                    fetched_at=self._clock(),
                    seconds=spent,
                    moved_to=moved_to,
                    not_modified=answer.status == 304,
                )

    async def _hop(
        self, first: str, url: str, request: Request, extra: Mapping[str, str], spent: float
    ) -> tuple["_Answer", float]:
        # The turn at the host comes first: who waits for a slow host must not keep others from fast ones.
        async with self._turns[host_of(url)], self._all:
            started = time.perf_counter()
            try:
                async with asyncio.timeout(max(0.0, self._limits.total - spent)):
                    answer = await self._exchange(first, url, request, extra)
            except SeabridgeError:
                raise
            except TimeoutError as error:
                raise FetchFailed(first, "timeout", f"no complete answer in {self._limits.total:g} s") from error
            except Exception as error:
                raise _failure(first, error) from error
            return answer, time.perf_counter() - started

    async def _exchange(self, first: str, url: str, request: Request, extra: Mapping[str, str]) -> "_Answer":
        parts = urlsplit(url)
        agent = request.user_agent if request.user_agent and _sendable(request.user_agent) else self._limits.user_agent
        headers = {
            "host": parts.netloc,
            "user-agent": agent,
            "accept": ACCEPT,
            "accept-encoding": "gzip, deflate",
            **extra,
        }
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        async with self._pools[request.local].stream(
            "GET",
            httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()],
            extensions={"timeout": {"connect": self._limits.connect}},
        ) as reply:
            answer = _Answer(reply.status, _headers(reply.headers))
            if answer.status in REDIRECTS or answer.status == 304:
                return answer
            self._judge(first, answer)
            return _Answer(answer.status, answer.headers, await _body(first, reply, answer.headers, request.max_bytes))

    def _judge(self, url: str, answer: "_Answer") -> None:
        status, headers = answer.status, answer.headers
        wait = retry_after(headers.get("retry-after"), self._clock())
        if headers.get("cf-mitigated", "").lower() == "challenge":
            raise FetchFailed(url, "challenge", "asks for proof of being human", status=status, retry_after=wait)
        if status == 410:
            raise Refused(url, "gone", "is gone for good", status=status)
        if not 200 <= status < 300 or status == 206:
            raise FetchFailed(url, "status", f"answered {status}", status=status, retry_after=wait)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, 0 to 86 400, from a Retry-After header (seconds or date, RFC 9110, 10.2.3); None for rubbish."""
    text = (value or "").strip()
    if re.fullmatch(r"-?[0-9]{1,20}", text):
        seconds = float(text)
    else:
        try:
            date = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        except ValueError:
            return None
        seconds = (date - now).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_MOST)


def _checked(url: str) -> str:
    address = absolute(url)
    if address is None:
        scheme, colon, _ = url.strip().partition(":")
        kind = "scheme" if colon and scheme.lower() not in ("http", "https") else "address"
        raise Refused(_UNSENDABLE.sub(" ", url[:200]), kind, "is not a web address that we follow")
    return urldefrag(address).url


def _target(first: str, url: str, location: str | None) -> str:
    if not location:
        raise Refused(first, "redirect", "redirects to nowhere")
    target = absolute(location, url)
    if target is None:
        kind = "scheme" if re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", location.strip(), re.IGNORECASE) else "redirect"
        raise Refused(first, kind, f"redirects to {location[:200]!a}")
    if url.startswith("https:") and target.startswith("http:"):
        raise Refused(first, "redirect", f"redirects from https to {target[:200]}")
    return urldefrag(target).url


def _sendable(value: str) -> bool:
    return len(value) <= 1_000 and not _UNSENDABLE.search(value)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Lower-case names; several of one name joined with a comma; control characters become spaces."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), _UNSENDABLE.sub(" ", value.decode("latin-1"))
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _plain(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Without those that describe the body before it was decoded, and without cookies."""
    return {name: value for name, value in headers.items() if name not in _UNDONE}


async def _body(url: str, reply: httpcore.Response, headers: Mapping[str, str], most: int) -> bytes:
    too_large = Refused(url, "too-large", f"sends more than {most} bytes", status=reply.status)
    named = (part.strip().lower() for part in headers.get("content-encoding", "").split(","))
    codings = [coding for coding in named if coding not in ("", "identity")]
    coding = {"x-gzip": "gzip"}.get(codings[0], codings[0]) if codings else "identity"
    if len(codings) > 1 or coding not in ("identity", "gzip", "deflate"):
        raise FetchFailed(url, "coding", f"sends coding {codings[:4]!a}, which we did not ask for", status=reply.status)
    length = headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > most + SLACK:
        raise too_large
    inflater = None if coding == "identity" else Inflater(coding)
    body, received = bytearray(), 0
    try:
        async for piece in reply.aiter_stream():
            received += len(piece)
            body += inflater.feed(piece, most - len(body)) if inflater else piece
            if len(body) > most or received > most + SLACK:
                raise too_large
    except (httpcore.RemoteProtocolError, httpcore.ReadError) as error:
        raise FetchFailed(url, "truncated", f"breaks off after {received} bytes", status=reply.status) from error
    if received and inflater and not inflater.complete:
        raise FetchFailed(url, "truncated", f"{coding} stream without end", status=reply.status)
    if not body:
        raise FetchFailed(url, "empty", f"answered {reply.status} without content", status=reply.status)
    return bytes(body)


def _causes(error: BaseException) -> Iterator[BaseException]:
    step: BaseException | None = error
    while step is not None:
        yield step
        step = step.__cause__ or step.__context__


def _failure(url: str, error: Exception) -> SeabridgeError:
    """Ours for whatever came out of the libraries below, the most telling of its causes first."""
    words = _UNSENDABLE.sub(" ", f"{type(error).__name__}: {error}")[:200]
    causes = list(_causes(error))
    kinds: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
        ("address", (NotPublicError,)),
        ("timeout", (TimeoutError, httpcore.TimeoutException)),
        ("dns", (socket.gaierror,)),
        ("tls", (ssl.SSLError,)),
        ("refused", (ConnectionRefusedError,)),
        ("coding", (zlib.error,)),
        ("connection", (OSError, httpcore.NetworkError)),
    )
    for kind, classes in kinds:
        for cause in causes:
            if isinstance(cause, classes):
                if kind == "address":
                    return Refused(url, kind, str(cause))
                return FetchFailed(url, kind, "the name is not known" if kind == "dns" else words)
    return FetchFailed(url, "protocol", words)
