"""Gets one address from the web within hard limits. Never retries, parses nothing and keeps nothing, not even cookies.

Built straight on httpcore, the engine of httpx: proxies from the environment, cookies, automatic redirects and
automatic decompression, all of which would have to be switched off one by one, do not exist there. What a hostile
answer can do is bounded: wall clock, bytes after decompression, redirects, and the machines that are talked to.
"""

import asyncio
import dataclasses
import functools
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpcore

from parsers.configured import FetchLimits
from parsers.errors import FetchFailed, Refused, SeabridgeError
from parsers.model import Request, Response
from parsers.reading.links import host_of
from parsers.reading.web.codings import ACCEPTED, CodingError, Inflater, coding_of
from parsers.reading.web.dialling import Dialler, Line, NotPublicError
from parsers.reading.web.headers import kept, printable, received, retry_after, sendable
from parsers.reading.web.redirects import PERMANENT, REDIRECTS, checked, redirected, target_of
from parsers.reading.web.robots import Robots

NO_HOSTS: Mapping[str, tuple[str, int]] = MappingProxyType({})
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SLACK = 65_536
"""Bytes that a body may be longer before than after decompression: headers and checksums of what cannot be squeezed."""


def trusted() -> ssl.SSLContext:
    """The certificate authorities of the system and of certifi. Tests replace it."""
    return httpcore.default_ssl_context()


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


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
        self._pools: dict[tuple[bool, bool], httpcore.AsyncConnectionPool] = {}
        self._all = asyncio.Semaphore(limits.concurrency)
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))
        self._robots = Robots(functools.partial(self._get, cut=True))
        self._paces: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._paced: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        names = ThreadPoolExecutor(self._limits.concurrency, thread_name_prefix="names")
        self._open.callback(names.shutdown, wait=False, cancel_futures=True)
        contexts = {True: trusted(), False: _unverified()}
        # A connection that a local or an unverified request was allowed to open must not serve any other.
        for local in (False, True):
            for verified, context in contexts.items():
                pool = httpcore.AsyncConnectionPool(
                    ssl_context=context,
                    max_connections=self._limits.concurrency,
                    keepalive_expiry=15.0,
                    http2=True,
                    network_backend=Dialler(self._hosts, names, local=local),
                )
                self._pools[local, verified] = await self._open.enter_async_context(pool)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def get(self, request: Request) -> Response:
        """One GET with redirects followed. The body is never empty, except when `not_modified`.

        A redirect that leaves the site of `request` (host, and port but for http to https) takes along neither its
        headers, which may be credentials, nor the permission to go without a valid certificate, there or back.
        A request that minds robots.txt asks it at every host on the way, in its own time, and keeps the Crawl-delay.

        Raises FetchFailed (dns, refused, connection, timeout, tls, protocol, status, challenge, empty, truncated,
        coding, robots) or Refused (address, scheme, redirect, too-large, gone, robots); both carry the address that
        was asked for.
        """
        return await self._get(request)

    async def _get(self, request: Request, *, cut: bool = False) -> Response:
        """`cut`: a body that is too long ends at the limit instead of being refused."""
        asked, first = request, checked(request.url)
        request = dataclasses.replace(request, url=first)
        moved_to: str | None = None
        redirects, spent, again = 0, 0.0, False
        while True:
            validators = sendable({"if-none-match": request.etag, "if-modified-since": request.last_modified})
            headers = self._headers(request, {"cache-control": "no-cache"} if again else validators)
            delay = await self._robots.permit(request, headers["user-agent"], first) if request.robots else 0.0
            async with self._turn(request.url, delay):
                started = time.perf_counter()
                answer = await self._hop(first, request, headers, spent, cut=cut)
                spent += time.perf_counter() - started
            if answer.status in REDIRECTS:
                redirects += 1
                target = target_of(answer.headers.get("location"), request.url, first)
                if redirects > self._limits.redirects:
                    raise Refused(first, "redirect", f"redirects more than {self._limits.redirects} times")
                if redirects == 1 and answer.status in PERMANENT:
                    moved_to = target
                request = redirected(request, target)
            elif answer.status == 304 and not validators:
                if again:
                    raise FetchFailed(first, "status", "answers 'not modified' to a plain request", status=304)
                again = True
            else:
                return Response(
                    requested_url=asked.url,
                    url=request.url,
                    status=answer.status,
                    headers=kept(answer.headers),
                    body=answer.body,
                    fetched_at=self._clock(),
                    seconds=spent,
                    moved_to=moved_to,
                    not_modified=answer.status == 304,
                )

    def _headers(self, request: Request, extra: Mapping[str, str]) -> Mapping[str, str]:
        return {
            "host": urlsplit(request.url).netloc,
            "user-agent": self._limits.user_agent,
            "accept": ACCEPT,
            "accept-encoding": ACCEPTED,
            **sendable({"user-agent": request.user_agent}),
            **sendable(request.headers),
            **extra,
        }

    @asynccontextmanager
    async def _turn(self, url: str, delay: float) -> AsyncIterator[None]:
        # The turn at the host comes first: who waits for a slow host must not keep others from fast ones. Pages that
        # wait for a Crawl-delay wait before that, so that feeds of the same host, which need not, go past them.
        async with AsyncExitStack() as turns:
            host = host_of(url)
            async with AsyncExitStack() as pace:
                if delay:
                    await pace.enter_async_context(self._paces[host])
                    await asyncio.sleep(self._paced.get(host, -delay) + delay - time.monotonic())
                await turns.enter_async_context(self._turns[host])
                await turns.enter_async_context(self._all)
                if delay:
                    self._paced[host] = time.monotonic()
            yield

    async def _hop(
        self, first: str, request: Request, headers: Mapping[str, str], spent: float, *, cut: bool
    ) -> "_Answer":
        try:
            async with asyncio.timeout(max(0.0, self._limits.total - spent)):
                return await self._exchange(first, request, headers, cut=cut)
        except SeabridgeError:
            raise
        except TimeoutError as error:
            raise FetchFailed(first, "timeout", f"no complete answer in {self._limits.total:g} s") from error
        except Exception as error:
            raise _failure(first, error) from error

    async def _exchange(self, first: str, request: Request, headers: Mapping[str, str], *, cut: bool) -> "_Answer":
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        async with self._pools[request.local, request.verify_tls].stream(
            "GET",
            httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()],
            extensions={"timeout": {"connect": self._limits.connect}},
        ) as reply:
            answer = _Answer(reply.status, received(reply.headers))
            if answer.status in REDIRECTS or answer.status == 304:
                return answer
            self._judge(first, answer)
            body = await _body(first, reply, answer.headers, request.max_bytes, cut=cut)
            return dataclasses.replace(answer, body=body)

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


async def _body(url: str, reply: httpcore.Response, headers: Mapping[str, str], most: int, *, cut: bool) -> bytes:
    """`cut`: what is too long ends at the limit instead of being refused."""
    too_large = Refused(url, "too-large", f"sends more than {most} bytes", status=reply.status)
    named = headers.get("content-encoding", "")
    coding = coding_of(named)
    if coding is None:
        raise FetchFailed(url, "coding", f"sends coding {named[:80]!a}, which we did not ask for", status=reply.status)
    length = headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > most + SLACK and not cut:
        raise too_large
    inflater = None if coding == "identity" else Inflater(coding)
    body, received_bytes, piece = bytearray(), 0, b""
    try:
        async for piece in reply.aiter_stream():
            received_bytes += len(piece)
            for part in inflater.feed(piece) if inflater else (piece,):
                body += part
                if len(body) > most or received_bytes > most + SLACK:
                    if cut:
                        return bytes(body[:most])
                    raise too_large
    except (httpcore.RemoteProtocolError, httpcore.ReadError) as error:
        raise FetchFailed(url, "truncated", f"breaks off after {received_bytes} bytes", status=reply.status) from error
    line = reply.extensions["network_stream"]
    is_shared = reply.extensions["http_version"] == b"HTTP/2"
    if isinstance(line, Line) and not is_shared and not line.ended(piece, chunked="transfer-encoding" in headers):
        await line.aclose()
    if received_bytes and inflater and not inflater.complete:
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
    words = printable(f"{type(error).__name__}: {error}")[:200]
    causes = list(_causes(error))
    kinds: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
        ("address", (NotPublicError,)),
        ("timeout", (TimeoutError, httpcore.TimeoutException)),
        ("dns", (socket.gaierror,)),
        ("tls", (ssl.SSLError,)),
        ("refused", (ConnectionRefusedError,)),
        ("coding", (CodingError,)),
        ("connection", (OSError, httpcore.NetworkError)),
    )
    for kind, classes in kinds:
        for cause in causes:
            if isinstance(cause, classes):
                if kind == "address":
                    return Refused(url, kind, str(cause))
                return FetchFailed(url, kind, "the name is not known" if kind == "dns" else words)
    return FetchFailed(url, "protocol", words)
