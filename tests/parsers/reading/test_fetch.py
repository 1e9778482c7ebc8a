"""Fetching: real sockets on this machine, hostile answers, and names whose addresses the tests decide."""

import asyncio
import gzip
import random
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.configured import FetchLimits
from parsers.errors import FetchFailed, Refused, SeabridgeError
from parsers.model import Request, Response
from parsers.reading import dialling, fetch
from parsers.reading.codings import Inflater
from parsers.reading.fetch import Web, retry_after

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
QUICK = FetchLimits(connect=2.0, total=1.0)
SAFE = FetchLimits(connect=5.0, total=20.0)
Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
NAME = "gazette.example"


@pytest.fixture(autouse=True, scope="module")
def authorities() -> Iterator[None]:
    """The certificate authorities are read once, not for every test."""
    context = fetch.trusted()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "trusted", lambda: context)
        yield


def answer(body: bytes = b"hello", status: str = "200 OK", **headers: str) -> bytes:
    """One complete HTTP/1.1 reply that closes the connection."""
    length = headers.pop("Content_Length", str(len(body)))
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def serve(
    replies: Mapping[str, bytes] | Handler,
    *requests: Request,
    limits: FetchLimits = SAFE,
    names: tuple[str, ...] = (NAME,),
    tls: ssl.SSLContext | None = None,
) -> tuple[list[Response | SeabridgeError], list[bytes]]:
    """Runs the requests one after the other against a server on this machine; gives outcomes and what the server read.

    `replies` maps paths to raw replies, `{port}` in them is filled in. Each of `names` leads to the server.
    """
    seen: list[bytes] = []
    port = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.append(head)
                if callable(replies):
                    await replies(head, writer)
                    break
                reply = replies[head.split()[1].decode()].replace(b"{port}", str(port).encode())
                writer.write(reply)
                await writer.drain()
                if b"Connection: keep-alive" not in reply:
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def main() -> list[Response | SeabridgeError]:
        nonlocal port
        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        outcomes: list[Response | SeabridgeError] = []
        async with Web(limits, hosts=dict.fromkeys(names, ("127.0.0.1", port)), clock=lambda: NOW) as web:
            for request in requests:
                try:
                    outcomes.append(await web.get(filled(request, port)))
                except SeabridgeError as error:
                    outcomes.append(error)
        server.close()
        return outcomes

    return asyncio.run(main()), seen


def filled(request: Request, port: int) -> Request:
    url = request.url.replace("{port}", str(port))
    return Request(url, request.etag, request.last_modified, request.user_agent, request.local, request.max_bytes)


def at(path: str = "/", **more: object) -> Request:
    return Request(f"http://{NAME}{path}", **more)  # type: ignore[arg-type]


def good(outcome: Response | SeabridgeError) -> Response:
    assert isinstance(outcome, Response), outcome
    return outcome


def bad(outcome: Response | SeabridgeError) -> str:
    """Class and kind of the failure, as one word."""
    assert isinstance(outcome, (FetchFailed, Refused)), outcome
    return f"{type(outcome).__name__} {outcome.kind}"


# ---------------------------------------------------------------- plain answers


def test_a_page_arrives_with_everything_known_about_it() -> None:
    """Body, final address, lower-case headers without cookies, time of the clock; the request says who we are."""
    reply = answer(b"hello", ETag='"a1"', Set_Cookie="id=1", X_Two="1\r\nX-Two: 2", Content_Type="text/plain")
    outcomes, seen = serve({"/a?b=1": reply, "/c": reply}, at("/a?b=1#part"), at("/c", user_agent="Desk/2"))
    response = good(outcomes[0])
    assert (response.status, response.body, response.url) == (200, b"hello", f"http://{NAME}/a?b=1")
    assert response.requested_url == f"http://{NAME}/a?b=1#part"
    assert (response.etag, response.content_type, response.headers["x-two"]) == ('"a1"', "text/plain", "1, 2")
    assert response.fetched_at == NOW
    assert not response.not_modified
    assert response.moved_to is None
    assert not {"set-cookie", "content-length"} & set(response.headers)
    assert b"user-agent: seabridge" in seen[0].lower()
    assert b"host: gazette.example\r\n" in seen[0].lower()
    assert b"Desk/2" in seen[1]
    assert b"cookie" not in seen[1].lower()


def test_connections_are_reused() -> None:
    """Two requests to one host that keeps the connection open travel on one connection."""
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def main() -> list[bytes]:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        place = server.sockets[0].getsockname()[:2]
        async with server, Web(SAFE, hosts={NAME: place}, clock=lambda: NOW) as web:
            return [(await web.get(at(path))).body for path in ("/1", "/2")]

    assert asyncio.run(main()) == [b"ok", b"ok"]
    assert connections == 1


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
def test_an_answer_without_content_is_a_failure(status: str) -> None:
    """An empty body would pass for a healthy feed without entries."""
    outcomes, _ = serve({"/": answer(b"", status)}, at())
    assert bad(outcomes[0]) == "FetchFailed empty"


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        ("404 Not Found", {}, "FetchFailed status"),
        ("410 Gone", {}, "Refused gone"),
        ("500 Oops", {}, "FetchFailed status"),
        ("206 Partial", {}, "FetchFailed status"),
        ("300 Many", {}, "FetchFailed status"),
        ("403 Forbidden", {"cf_mitigated": "challenge"}, "FetchFailed challenge"),
        ("200 OK", {"cf_mitigated": "challenge"}, "FetchFailed challenge"),
    ],
)
def test_statuses_that_bring_no_article(status: str, headers: dict[str, str], expected: str) -> None:
    """Errors, partial answers and challenges are failures with the status kept."""
    outcomes, _ = serve({"/": answer(b"sorry", status, **headers)}, at())
    assert bad(outcomes[0]) == expected
    assert getattr(outcomes[0], "status", None) == int(status[:3])


def test_retry_after_reaches_the_caller() -> None:
    """429 and 503 say when to come back."""
    outcomes, _ = serve(
        {
            "/s": answer(b"", "429 Slow", Retry_After="5"),
            "/d": answer(b"", "503 Down", Retry_After="Mon, 16 Nov 2026 06:10:00 GMT"),
            "/n": answer(b"", "503 Down"),
        },
        at("/s"),
        at("/d"),
        at("/n"),
    )
    assert [getattr(outcome, "retry_after", 0) for outcome in outcomes] == [5.0, 600.0, None]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("99999999999", 86_400.0),
        ("9" * 400, None),
        ("soon", None),
        ("", None),
        (None, None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 16 Nov 2026 07:00:00 GMT", 3_600.0),
        ("Mon, 16 Nov 2020 07:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Mon, 99 Nov 2026 07:00:00 GMT", None),
    ],
)
def test_retry_after_is_clamped(value: str | None, seconds: float | None) -> None:
    """Seconds or a date, never below 0 or above a day; rubbish is unknown."""
    assert retry_after(value, NOW) == seconds


# ---------------------------------------------------------------- unchanged


def test_validators_are_sent_and_unchanged_is_told() -> None:
    """With the validators of the last answer a 304 is an answer without body."""
    outcomes, seen = serve(
        {"/": b'HTTP/1.1 304 Not Modified\r\nETag: "a1"\r\nConnection: close\r\n\r\n'},
        at(etag='"a1"', last_modified="Mon, 09 Nov 2026 06:00:00 GMT"),
    )
    response = good(outcomes[0])
    assert response.not_modified
    assert (response.status, response.body, response.etag) == (304, b"", '"a1"')
    assert b'if-none-match: "a1"' in seen[0]
    assert b"if-modified-since: Mon, 09 Nov 2026 06:00:00 GMT" in seen[0]


def test_unchanged_without_a_question_is_asked_again_once() -> None:
    """A cache that says 304 to a plain request is asked once more, past the cache; then it is a failure."""
    calls = 0

    async def once(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n" if calls == 1 else answer(b"fresh"))
        await writer.drain()

    outcomes, seen = serve(once, at())
    assert good(outcomes[0]).body == b"fresh"
    assert b"cache-control: no-cache" in seen[1]
    outcomes, seen = serve({"/": b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"}, at())
    assert bad(outcomes[0]) == "FetchFailed status"
    assert len(seen) == 2


@pytest.mark.parametrize("etag", ['"a"\r\nX-Evil: 1', '"a"\n', "a\x00", "a" * 5_000, "\u20ac"])
def test_a_validator_that_could_forge_a_header_is_not_sent(etag: str) -> None:
    """A stored validator with line breaks is left out, and the page is fetched whole."""
    outcomes, seen = serve({"/": answer()}, at(etag=etag, user_agent="Desk\r\nX-Evil: 2"))
    assert good(outcomes[0]).body == b"hello"
    assert b"evil" not in seen[0].lower()
    assert b"if-none-match" not in seen[0]


# ---------------------------------------------------------------- redirects


def moved(where: str, status: str = "302 Found") -> bytes:
    return answer(b"", status, Location=where)


def test_redirects_are_followed_and_permanent_ones_reported() -> None:
    """The final address is known, a permanent first hop is proposed as the new address, validators stay at home."""
    outcomes, seen = serve(
        {
            "/old": moved("/new", "301 Moved Permanently"),
            "/new": moved("http://OTHER.example/final?x=1#top"),
            "/final?x=1": answer(b"here"),
            "/once": moved("/final?x=1", "308 Permanent"),
            "/soft": moved("/again", "307 Temporary"),
            "/again": moved("/final?x=1", "301 Moved"),
        },
        at("/old", etag='"a1"'),
        at("/once"),
        at("/soft"),
        names=(NAME, "other.example"),
    )
    first, once, soft = map(good, outcomes)
    assert (first.url, first.body, first.moved_to) == ("http://other.example/final?x=1", b"here", f"http://{NAME}/new")
    assert once.moved_to == f"http://{NAME}/final?x=1"
    assert soft.moved_to is None
    assert b"if-none-match" in seen[0]
    assert not any(b"if-none-match" in head for head in seen[1:])
    assert b"host: other.example\r\n" in seen[2].lower()


def test_five_redirects_and_no_more() -> None:
    """A chain of five ends at its page, one of six and an endless one are refused after six requests."""
    chain = {f"/{i}": moved(f"/{i + 1}") for i in range(6)} | {"/6": answer(b"end"), "/loop": moved("/loop")}
    outcomes, seen = serve(chain, at("/1"), at("/0"), at("/loop"))
    assert good(outcomes[0]).body == b"end"
    assert [bad(outcome) for outcome in outcomes[1:]] == ["Refused redirect", "Refused redirect"]
    assert len(seen) == 18


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("file:///etc/passwd", "Refused scheme"),
        ("ftp://a.example/", "Refused scheme"),
        ("data:text/html,x", "Refused scheme"),
        ("gopher://a.example/", "Refused scheme"),
        ("", "Refused redirect"),
        ("http://", "Refused redirect"),
        ("http://[::1/", "Refused redirect"),
        ("http://a b/", "Refused redirect"),
        ("http://127.0.0.1:{port}/secret", "Refused address"),
        ("http://[::ffff:127.0.0.1]:{port}/secret", "Refused address"),
        ("http://localhost:{port}/secret", "Refused address"),
        ("http://localhost.:{port}/secret", "Refused address"),
        ("//10.0.0.1/", "Refused address"),
        ("http://169.254.169.254/latest/meta-data/", "Refused address"),
        ("http://100.100.100.200/", "Refused address"),
        ("http://[fd00:ec2::254]/", "Refused address"),
        ("http://127.1:{port}/secret", "Refused redirect"),
        ("http://2130706433:{port}/secret", "Refused redirect"),
    ],
)
def test_redirects_to_forbidden_places_are_refused(where: str, expected: str) -> None:
    """Other schemes, malformed addresses and machines that are not public end the fetch without a packet there."""
    outcomes, seen = serve({"/": moved(where), "/secret": answer(b"SECRET")}, at())
    assert bad(outcomes[0]) == expected
    assert len(seen) == 1


# ---------------------------------------------------------------- addresses


SPELLINGS = """127.0.0.1 127.1 0 0.0.0.0 2130706433 0x7f000001 0177.0.0.1 127。0。0。1 localhost localhost. LOCALHOST
[::1] [::ffff:127.0.0.1] [::127.0.0.1] [64:ff9b::7f00:1]"""


@pytest.mark.parametrize("host", SPELLINGS.split())
def test_no_spelling_of_this_machine_is_reached(host: str) -> None:
    """Loopback in any disguise is refused before a connection is opened."""
    outcomes, seen = serve({"/": answer(b"SECRET")}, Request(f"http://{host}:{{port}}/"))
    assert bad(outcomes[0]) == "Refused address"
    assert seen == []


def test_a_local_request_may_use_loopback_and_nothing_else_private() -> None:
    """`local` opens this machine, not the network around it."""
    outcomes, _ = serve(
        {"/": answer(b"mine")},
        Request("http://127.0.0.1:{port}/", local=True),
        Request("http://localhost:{port}/", local=True),
        Request("http://169.254.169.254/", local=True),
        Request("http://10.0.0.1/", local=True),
    )
    assert [good(outcome).body for outcome in outcomes[:2]] == [b"mine", b"mine"]
    assert [bad(outcome) for outcome in outcomes[2:]] == ["Refused address", "Refused address"]


def test_a_connection_opened_for_a_local_request_serves_no_other() -> None:
    """A public page cannot ride on a kept-alive connection to this machine."""
    alive = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nSECRET"
    outcomes, seen = serve(
        {"/": alive, "/to": moved("http://127.0.0.1:{port}/")},
        Request("http://127.0.0.1:{port}/", local=True),
        at("/to"),
        Request("http://127.0.0.1:{port}/"),
    )
    assert good(outcomes[0]).body == b"SECRET"
    assert [bad(outcome) for outcome in outcomes[1:]] == ["Refused address", "Refused address"]
    assert len(seen) == 2


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "ftp://a.example/", "data:,x"])
def test_other_schemes_are_refused(url: str) -> None:
    """Only http and https are fetched."""
    outcomes, _ = serve({}, Request(url))
    assert bad(outcomes[0]) == "Refused scheme"


def test_a_name_with_one_private_address_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """One public address among private ones does not make a name public."""
    monkeypatch.setattr(dialling, "resolve", lambda host, port: ["93.184.215.14", "127.0.0.1"])
    outcomes, _ = serve({}, Request("http://mixed.example/"))
    assert bad(outcomes[0]) == "Refused address"
    assert "127.0.0.1" in str(outcomes[0])


def test_a_name_is_resolved_once_and_that_address_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its address between check and connection wins nothing: there is no second look-up."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    dialled: list[str] = []

    async def pretend(self: object, host: str, port: int, *more: object) -> object:
        dialled.append(host)
        raise ConnectionRefusedError

    monkeypatch.setattr(dialling, "resolve", rebinding)
    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", pretend)
    outcomes, _ = serve({}, Request("http://rebind.example/"), Request("http://rebind.example/"))
    assert [bad(outcome) for outcome in outcomes] == ["FetchFailed refused", "Refused address"]
    assert dialled == ["93.184.215.14"]


def test_the_second_address_is_tried_when_the_first_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """One address that refuses does not hide one that answers."""
    monkeypatch.setattr(dialling, "resolve", lambda host, port: ["127.0.0.9", "127.0.0.1"])
    outcomes, _ = serve({"/": answer()}, Request("http://two.example:{port}/", local=True))
    assert good(outcomes[0]).body == b"hello"


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look up names itself and so pass by the check of addresses."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    outcomes, _ = serve({"/": answer()}, at())
    assert good(outcomes[0]).body == b"hello"


# ---------------------------------------------------------------- connections


def test_failures_to_connect_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such name and nobody listening are two kinds."""

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        outcomes, _ = serve({}, Request(f"http://127.0.0.1:{port}/", local=True))
        assert bad(outcomes[0]) == "FetchFailed refused"
    monkeypatch.setattr(dialling, "resolve", unknown)
    outcomes, _ = serve({}, Request("http://nowhere.example/"))
    assert bad(outcomes[0]) == "FetchFailed dns"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nX\x00: 1\r\n\r\nx",
        b"HTTP/1.1 2000000 OK\r\n\r\n",
        b"\x16\x03\x01\x00\x02\x02\x28",
        b"220 mail.example ESMTP\r\n",
    ],
)
def test_replies_that_are_no_http_fail_in_our_words(raw: bytes) -> None:
    """Rubbish instead of a reply is a failed fetch, never a stray exception."""
    outcomes, _ = serve({"/": raw}, at())
    assert bad(outcomes[0]) in ("FetchFailed protocol", "FetchFailed connection")
    assert str(outcomes[0]).isprintable()


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"half", Content_Length="500"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    ],
)
def test_a_body_that_breaks_off_is_a_failure(raw: bytes) -> None:
    """Half a page must not pass for a page."""
    outcomes, _ = serve({"/": raw}, at())
    assert bad(outcomes[0]) == "FetchFailed truncated"


def test_a_body_longer_than_its_length_is_cut_there() -> None:
    """What follows the announced length is not part of the answer."""
    outcomes, _ = serve({"/": answer(b"hello, and more", Content_Length="5")}, at())
    assert good(outcomes[0]).body == b"hello"


async def drip(head: bytes, writer: asyncio.StreamWriter, first: bytes, drop: bytes) -> None:
    writer.write(first)
    while True:
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\n\r\n"),
    ],
)
def test_a_slow_answer_ends_at_the_deadline(first: bytes, drop: bytes) -> None:
    """A byte now and then keeps no request alive: the wall clock ends it."""
    outcomes, _ = serve(lambda head, writer: drip(head, writer, first, drop), at(), limits=QUICK)
    assert bad(outcomes[0]) == "FetchFailed timeout"


def test_the_deadline_spans_redirects() -> None:
    """A chain of slow redirects has no more time than one request."""

    async def slow(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        writer.write(moved("/next"))
        await writer.drain()

    outcomes, seen = serve(slow, at(), limits=QUICK)
    assert bad(outcomes[0]) == "FetchFailed timeout"
    assert len(seen) < 5


def test_waiting_for_a_busy_host_costs_no_time_of_ones_own() -> None:
    """Six requests of 0.4 s to a host that serves one at a time all succeed within limits of 1 s each."""
    running = most = 0

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        await reader.readuntil(b"\r\n\r\n")
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.4)
        running -= 1
        writer.write(answer())
        await writer.drain()
        writer.close()

    async def main() -> list[Response]:
        server = await asyncio.start_server(slow, "127.0.0.1", 0)
        place = server.sockets[0].getsockname()[:2]
        limits = FetchLimits(total=1.5, per_host=2)
        async with server, Web(limits, hosts={NAME: place}, clock=lambda: NOW) as web:
            return await asyncio.gather(*(web.get(at(f"/{i}")) for i in range(8)))

    assert [response.body for response in asyncio.run(main())] == [b"hello"] * 8
    assert most == 2


# ---------------------------------------------------------------- size and coding

MILLION = 1_000_000


def packed(data: bytes, coding: str = "gzip", **more: str) -> bytes:
    return answer(data, Content_Encoding=coding, **more)


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    "reply",
    [
        packed(gzip.compress(b"hello")),
        packed(gzip.compress(b"hello"), "x-gzip"),
        packed(gzip.compress(b"hello"), "GZIP, identity"),
        packed(gzip.compress(b"hel") + gzip.compress(b"lo")),
        packed(gzip.compress(b"hello") + b"garbage"),
        packed(gzip.compress(b"hello") + b"\0" * 512),
        packed(zlib.compress(b"hello"), "deflate"),
        packed(raw_deflate(b"hello"), "deflate"),
        answer(b"hello", Content_Encoding="identity"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
    ],
)
def test_one_coding_is_undone(reply: bytes) -> None:
    """gzip with several members or rubbish at the end, both kinds of deflate, chunks, and no length at all."""
    outcomes, _ = serve({"/": reply}, at())
    response = good(outcomes[0])
    assert response.body == b"hello"
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (packed(gzip.compress(gzip.compress(b"hi")), "gzip, gzip"), "FetchFailed coding"),
        (packed(b"hi", ", ".join(["gzip"] * 20)), "FetchFailed coding"),
        (packed(gzip.compress(b"hi"), "gzip\r\nContent-Encoding: gzip"), "FetchFailed coding"),
        (packed(b"hi", "br"), "FetchFailed coding"),
        (packed(b"hi", "zstd"), "FetchFailed coding"),
        (packed(b"hi", "\xff"), "FetchFailed coding"),
        (packed(b"plain text"), "FetchFailed coding"),
        (packed(b"\xff\xff plain text", "deflate"), "FetchFailed coding"),
        (packed(gzip.compress(b"hello " * 500)[:-20]), "FetchFailed truncated"),
        (packed(gzip.compress(b"hello " * 500)[:-1]), "FetchFailed truncated"),
        (packed(gzip.compress(b"a") + gzip.compress(b"b" * 99)[:-9]), "FetchFailed truncated"),
        (packed(b"\x1f"), "FetchFailed truncated"),
        (packed(zlib.compress(b"hello " * 500)[:-3], "deflate"), "FetchFailed truncated"),
        (packed(gzip.compress(b"hello")[:-8] + b"12345678"), "FetchFailed coding"),
        (packed(gzip.compress(b"")), "FetchFailed empty"),
        (packed(b""), "FetchFailed empty"),
        (packed(gzip.compress(b"") * 1_100), "FetchFailed coding"),
        (packed(gzip.compress(bytes(20 * MILLION))), "Refused too-large"),
        (packed(gzip.compress(bytes(MILLION)) * 3), "Refused too-large"),
        (answer(b"x", Content_Length="1000000000000"), "Refused too-large"),
        (answer(b"x" * (MILLION + 1)), "Refused too-large"),
    ],
)
def test_codings_and_sizes_that_are_refused(reply: bytes, expected: str) -> None:
    """Stacked, unknown, false, cut or exploding content never reaches a parser."""
    outcomes, _ = serve({"/": reply}, at(max_bytes=MILLION))
    assert bad(outcomes[0]) == expected


def test_a_body_of_just_the_limit_is_taken() -> None:
    """The limit counts bytes after decompression and includes itself."""
    noise = random.Random(1).randbytes(MILLION)
    outcomes, _ = serve(
        {"/plain": answer(noise), "/packed": packed(gzip.compress(noise))},
        at("/plain", max_bytes=MILLION),
        at("/packed", max_bytes=MILLION),
    )
    assert [good(outcome).body == noise for outcome in outcomes] == [True, True]


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_an_endless_body_is_stopped(coding: str) -> None:
    """A stream without end is cut off at the limit, also when it is an endless row of nothing in gzip."""
    nothing = b"\x00\x00\x00\xff\xff" * 4_000  # empty stored blocks
    piece = b"x" * 20_000 if coding == "identity" else nothing
    first = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    if coding == "gzip":
        first += gzip.compress(b"")[:10]

    async def endless(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()

    outcomes, _ = serve(endless, at(max_bytes=MILLION))
    assert bad(outcomes[0]) == "Refused too-large"


@given(
    st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(1, 60), st.sampled_from(["gzip", "deflate"])
)
def test_cutting_into_pieces_changes_nothing(members: list[bytes], size: int, coding: str) -> None:
    """However the network cuts the stream, the same bytes come out, and the end is noticed at the end only."""
    whole = b"".join(map(gzip.compress, members)) if coding == "gzip" else zlib.compress(members[0])
    expected = b"".join(members) if coding == "gzip" else members[0]
    inflater = Inflater(coding)
    out = b"".join(inflater.feed(whole[at : at + size], 10_000) for at in range(0, len(whole), size))
    assert out == expected
    assert inflater.complete
    short = Inflater(coding)
    short.feed(whole[:-1], 10_000)
    assert not short.complete


def test_an_inflater_never_gives_more_than_asked() -> None:
    """One byte above the limit says that it was passed, also when a member ends just there and a bomb follows."""
    whole = gzip.compress(b"x" * 11) + gzip.compress(bytes(MILLION))
    assert Inflater("gzip").feed(whole, 10) == b"x" * 11
    assert Inflater("gzip").feed(whole, 11) == b"x" * 11 + b"\0"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_answer_at_all_escapes_our_errors(noise: bytes) -> None:
    """Any bytes after a status line give a response or one of our errors."""
    outcomes, _ = serve({"/": b"HTTP/1.1 200 OK\r\n" + noise}, at(), limits=QUICK)
    assert len(outcomes) == 1


# ---------------------------------------------------------------- TLS


def certificate(folder: Path, name: str, *, expired: bool = False) -> Path:
    """A self-signed certificate with its key in one file, valid around the time of the machine."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    end = now - timedelta(days=1) if expired else now + timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(end)
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


@pytest.mark.parametrize(
    ("name", "known", "expired"), [(NAME, False, False), ("wrong.example", True, False), (NAME, True, True)]
)
def test_certificates_are_checked(
    name: str, known: bool, expired: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown issuer, wrong name and expired certificate fail as tls, with nothing sent."""
    file = certificate(tmp_path, name, expired=expired)
    if known:
        monkeypatch.setattr(fetch, "trusted", lambda: ssl.create_default_context(cafile=str(file)))
    outcomes, seen = serve({"/": answer()}, Request(f"https://{NAME}/"), tls=server_side(file))
    assert bad(outcomes[0]) == "FetchFailed tls"
    assert seen == []


def test_https_works_and_never_falls_back_to_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good certificate is accepted; a redirect from https to http is refused."""
    file = certificate(tmp_path, NAME)
    monkeypatch.setattr(fetch, "trusted", lambda: ssl.create_default_context(cafile=str(file)))
    outcomes, seen = serve(
        {"/": answer(), "/down": moved(f"http://{NAME}/")},
        Request(f"https://{NAME}/"),
        Request(f"https://{NAME}/down"),
        tls=server_side(file),
    )
    assert good(outcomes[0]).body == b"hello"
    assert bad(outcomes[1]) == "Refused redirect"
    assert len(seen) == 2


def test_https_to_a_server_without_tls_fails_as_such() -> None:
    """A plain reply where a handshake is due is a failure of TLS, and no second try without it."""
    calls = 0

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(answer())
        await writer.drain()
        writer.close()

    async def main() -> str:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        place = server.sockets[0].getsockname()[:2]
        async with server, Web(SAFE, hosts={NAME: place}, clock=lambda: NOW) as web:
            with pytest.raises(FetchFailed) as caught:
                await web.get(Request(f"https://{NAME}/"))
        return caught.value.kind

    assert asyncio.run(main()) == "tls"
    assert calls == 1


def test_http2_is_spoken_where_it_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a server that offers HTTP/2 the same request is answered over it, compressed body included."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.events import RequestReceived

    file = certificate(tmp_path, NAME)
    monkeypatch.setattr(fetch, "trusted", lambda: ssl.create_default_context(cafile=str(file)))
    context = server_side(file)
    context.set_alpn_protocols(["h2"])
    paths: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = H2Connection(H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived) and event.stream_id and event.headers:
                    paths.append({bytes(k): bytes(v) for k, v in event.headers}[b":path"].decode())
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-encoding", "gzip")])
                    connection.send_data(event.stream_id, gzip.compress(b"second version"), end_stream=True)
            writer.write(connection.data_to_send())
            await writer.drain()
        writer.close()

    async def main() -> list[Response]:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
        place = server.sockets[0].getsockname()[:2]
        async with Web(SAFE, hosts={NAME: place}, clock=lambda: NOW) as web:
            answers = [await web.get(Request(f"https://{NAME}/{i}")) for i in range(2)]
        server.close()
        return answers

    assert [response.body for response in asyncio.run(main())] == [b"second version"] * 2
    assert paths == ["/0", "/1"]
