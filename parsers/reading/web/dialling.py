"""Connects to public machines alone: the address that was checked is the one that is dialled. Speaks no HTTP."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from ipaddress import ip_address
from typing import Any

import httpcore

from parsers.reading.web.addresses import is_public

ADDRESSES_TRIED = 4


class NotPublicError(Exception):
    """The name leads to an address that we must not talk to. Becomes Refused, once the URL is known."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, in the order of the system's preference. Blocks; raises OSError. Tests replace it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Dialler(httpcore.AsyncNetworkBackend):
    """Stands between httpcore and the sockets.

    A check before the request would be no check: the name can lead elsewhere a moment later. So the name is resolved
    once, here, at the time of the call, and is refused whole if any of its addresses is not public. Names in `hosts`
    are dialled at the address and port given there; with `local`, loopback addresses are allowed as well.
    """

    def __init__(self, hosts: Mapping[str, tuple[str, int]], names: Executor, *, local: bool) -> None:
        self._hosts = hosts
        self._names = names
        self._local = local
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection within `timeout` seconds, look-up included. Raises NotPublicError, OSError, httpcore errors."""
        clock = asyncio.get_running_loop().time
        end = clock() + (timeout or 3600.0)
        async with asyncio.timeout_at(end):
            machines = await self._machines(host, port)
            for number, (address, door) in enumerate(machines, start=1):
                # One dead address (often the IPv6 one) must leave time for the others.
                share = (end - clock()) / (len(machines) - number + 1)
                try:
                    return Line(await self._sockets.connect_tcp(address, door, share, local_address, socket_options))
                except (httpcore.ConnectError, httpcore.ConnectTimeout):
                    if number == len(machines):
                        raise
        raise AssertionError("no machine to try")

    async def _machines(self, host: str, port: int) -> list[tuple[str, int]]:
        if host in self._hosts:
            return [self._hosts[host]]
        found = await asyncio.get_running_loop().run_in_executor(self._names, resolve, host, port)
        for address in found:
            if not (is_public(address) or (self._local and ip_address(address).is_loopback)):
                raise NotPublicError(f"{host} leads to {address}, which is not a public address")
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return [(address, port) for address in found[:ADDRESSES_TRIED]]

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Line(httpcore.AsyncNetworkStream):
    """A connection that remembers what came over it last.

    A server that counts characters instead of bytes sends more than it announces. The rest would be read as the
    beginning of its next answer, which belongs to another address.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._last = b""
        self._reads = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._last = await self._stream.read(max_bytes, timeout)
        self._reads += 1
        return self._last

    def ended(self, piece: bytes, *, chunked: bool) -> bool:
        """Whether `piece`, the last of the body of an HTTP/1.1 answer, was the last that came. In doubt it was not."""
        if chunked:
            return self._last.endswith(b"0\r\n\r\n")
        return piece == (self._last.partition(b"\r\n\r\n")[2] if self._reads == 1 else self._last)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._reads = 0
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return Line(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
