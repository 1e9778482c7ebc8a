"""Raw replies over real sockets on this machine, for tests of what talks to the network."""

import asyncio
import dataclasses
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parsers.configured import FetchLimits
from parsers.errors import FetchFailed, Refused, SeabridgeError
from parsers.model import Request, Response
from parsers.reading.web import fetch
from parsers.reading.web.fetch import Web

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
QUICK = FetchLimits(connect=2.0, total=1.0)
SAFE = FetchLimits(connect=5.0, total=20.0)
NAME = "gazette.example"
AUTHORITIES = fetch.trusted()
"""Read once, not for every test."""
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
Outcome = Response | SeabridgeError


def answer(body: bytes = b"hello", status: str = "200 OK", **headers: str) -> bytes:
    """One complete HTTP/1.1 reply that closes the connection."""
    length = headers.pop("Content_Length", str(len(body)))
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def gzipped(data: bytes) -> bytes:
    """Without the time: tests are named after the bytes they are given, in each worker by itself."""
    return gzip.compress(data, mtime=0)


def moved(where: str, status: str = "302 Found") -> bytes:
    return answer(b"", status, Location=where)


def packed(data: bytes, coding: str = "gzip", **more: str) -> bytes:
    return answer(data, Content_Encoding=coding, **more)


def at(path: str = "/", **more: object) -> Request:
    return Request(f"http://{NAME}{path}", **more)  # type: ignore[arg-type]


@asynccontextmanager
async def web_on(
    talk: Talk,
    limits: FetchLimits = SAFE,
    *,
    names: Sequence[str] = (NAME,),
    tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext = AUTHORITIES,
) -> AsyncIterator[tuple[Web, int]]:
    """The web, all `names` of which lead to a server on this machine that talks like this; and its port."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "trusted", lambda: trust)
        async with Web(limits, hosts=dict.fromkeys(names, ("127.0.0.1", port)), clock=lambda: NOW) as web:
            yield web, port
    server.close()


async def outcome(web: Web, request: Request) -> Outcome:
    try:
        return await web.get(request)
    except SeabridgeError as error:
        return error


def serve(
    replies: Mapping[str, bytes] | Handler,
    *requests: Request,
    limits: FetchLimits = SAFE,
    names: Sequence[str] = (NAME,),
    tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext = AUTHORITIES,
) -> tuple[list[Outcome], list[bytes]]:
    """Runs the requests one after the other against a server on this machine; gives outcomes and what the server read.

    `replies` maps paths to raw replies (`*` to that for all others); `{port}` in them and in requests is filled in.
    """
    seen: list[bytes] = []
    ports: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            seen.append(head)
            if callable(replies):
                await replies(head, writer)
                break
            path = head.split()[1].decode()
            reply = replies[path if path in replies else "*"].replace(b"{port}", str(ports[0]).encode())
            writer.write(reply)
            await writer.drain()
            if b"Connection: keep-alive" not in reply:
                break

    async def main() -> list[Outcome]:
        async with web_on(talk, limits, names=names, tls=tls, trust=trust) as (web, port):
            ports.append(port)
            filled = [dataclasses.replace(one, url=one.url.replace("{port}", str(port))) for one in requests]
            return [await outcome(web, request) for request in filled]

    return asyncio.run(main()), seen


def good(outcome: Outcome) -> Response:
    assert isinstance(outcome, Response), outcome
    return outcome


def bad(outcome: Outcome) -> str:
    """Class and kind of the failure, as one word."""
    assert isinstance(outcome, (FetchFailed, Refused)), outcome
    return f"{type(outcome).__name__} {outcome.kind}"


def fetch_failed(outcome: Outcome) -> FetchFailed:
    assert isinstance(outcome, FetchFailed), outcome
    return outcome


def certificate(folder: Path, name: str, *, expired: bool = False) -> Path:
    """A self-signed certificate with its key in one file, valid around the time of the machine."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now - timedelta(days=1) if expired else now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def server_side(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def trusting(file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(file))
