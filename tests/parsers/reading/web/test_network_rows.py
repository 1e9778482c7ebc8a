"""Rows N-1 to N-37 of the reliability catalogue, as far as the network goes: what one `Web.get` makes of each fault.

What a run makes of it (back-off, quarantine, report) is tested where runs are.
"""

import asyncio
import gzip
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import brotli
import pytest
import zstandard
from wire import (
    NAME,
    NOW,
    QUICK,
    SAFE,
    Outcome,
    Talk,
    answer,
    at,
    bad,
    certificate,
    fetch_failed,
    good,
    moved,
    outcome,
    packed,
    serve,
    server_side,
    trusting,
    web_on,
)

from parsers.configured import FetchLimits
from parsers.errors import Unreadable
from parsers.model import Request, Response
from parsers.reading.lists.feeds import parse_feed
from parsers.reading.plain import decode
from parsers.reading.web import dialling
from parsers.reading.web.fetch import Web

MILLION = 1_000_000
REPOSITORY = Path(__file__).parents[4]
RSS = b"""<rss version="2.0"><channel><title>News</title><item><guid>1</guid><title>One</title></item>
<item><guid>2</guid><title>Two</title></item></channel></rss>"""

# ---------------------------------------------------------------- connections


def test_n_1_refused_unknown_and_unreachable_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """N-1: nobody listening, no such name and no way there are three kinds, all of which may pass."""

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        outcomes, _ = serve({}, Request(f"http://127.0.0.1:{port}/", local=True))
        assert bad(outcomes[0]) == "FetchFailed refused"

    async def no_way() -> Outcome:
        # The kernel has no route for a connection to a group of machines: the same error as for a network that is down.
        async with Web(SAFE, hosts={NAME: ("224.0.0.1", 80)}, clock=lambda: NOW) as web:
            return await outcome(web, at())

    assert bad(asyncio.run(no_way())) == "FetchFailed connection"
    monkeypatch.setattr(dialling, "resolve", unknown)
    outcomes, _ = serve({}, Request("http://nowhere.example/"))
    assert bad(outcomes[0]) == "FetchFailed dns"


def test_n_2_a_machine_that_does_not_pick_up_costs_the_time_to_connect() -> None:
    """N-2: with the queue of a server full its kernel drops what asks to connect; the limit for connecting ends it."""

    async def main(place: tuple[str, int]) -> tuple[Outcome, float]:
        async with Web(FetchLimits(connect=0.3, total=20.0), hosts={NAME: place}, clock=lambda: NOW) as web:
            started = time.monotonic()
            return await outcome(web, at()), time.monotonic() - started

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        failure, seconds = asyncio.run(main(server.getsockname()))
        for one in waiting:
            one.close()
    assert bad(failure) == "FetchFailed timeout"
    assert seconds < 5


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", id="N-3"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n", id="N-4"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\n\r\n", id="N-4-interim"),
    ],
)
def test_n_3_and_n_4_a_slow_answer_ends_at_the_deadline(first: bytes, drop: bytes) -> None:
    """N-3, N-4: a byte or line now and then keeps no request alive: the wall clock ends it."""

    async def drip(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.05)

    outcomes, _ = serve(drip, at(), limits=QUICK)
    assert bad(outcomes[0]) == "FetchFailed timeout"


def test_n_12_a_body_that_breaks_off_is_a_failure() -> None:
    """N-12: fewer bytes than announced, a chunk too few and a chunk that is none must not pass for a page."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    replies = {
        "/length": answer(b"half", Content_Length="500"),
        "/cut": chunked + b"5\r\nhello\r\n",
        "/no-chunk": chunked + b"zz\r\nhello\r\n",
    }
    outcomes, _ = serve(replies, *map(at, replies))
    assert [bad(one) for one in outcomes] == ["FetchFailed truncated"] * 3


def test_n_13_a_body_longer_than_its_length_is_cut_there_and_read_as_cut() -> None:
    """N-13: what goes beyond the announced length is not taken, and the feed that is left counts as cut short."""
    outcomes, _ = serve({"/": answer(RSS, Content_Length=str(RSS.index(b"Two")))}, at())
    response = good(outcomes[0])
    assert response.body == RSS[: RSS.index(b"Two")]
    feed = parse_feed(response.body, response.url, response.content_type)
    assert feed.entries[0].title == "One"
    assert feed.problems


@pytest.mark.parametrize(
    "rest", [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b", and more", b"\r\n", b"hello", b"\r\n\r\nhello"]
)
@pytest.mark.parametrize("start", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
def test_n_13_what_was_sent_too_much_is_never_the_next_answer(start: bytes, rest: bytes) -> None:
    """N-13: the bytes left over from one address do not become (or break) the answer of another one."""
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + start + rest if b"/first" in head else answer(b"second"))
        await reader.read()

    async def main() -> Outcome:
        async with web_on(talk, QUICK) as (web, _):
            await outcome(web, at("/first"))
            return await outcome(web, at("/second"))

    assert good(asyncio.run(main())).body == b"second"
    assert connections == 2


def test_n_14_a_body_without_length_is_taken_as_far_as_it_came_and_read_as_cut() -> None:
    """N-14: HTTP cannot tell that something is missing; the parser of the feed can, and keeps what is whole."""
    outcomes, _ = serve({"/": b"HTTP/1.1 200 OK\r\n\r\n" + RSS[: RSS.index(b"Two")]}, at())
    response = good(outcomes[0])
    feed = parse_feed(response.body, response.url, response.content_type)
    assert feed.entries[0].title == "One"
    assert feed.problems


def test_n_15_replies_that_are_no_http_have_one_reason_each() -> None:
    """N-15: rubbish instead of a reply is a failed fetch that says what was wrong, never a stray exception."""
    replies = {
        "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "/negative": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
        "/headers": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\nx",
        "/garbage": b"garbage\r\n\r\n",
        "/empty": b"",
        "/name": b"HTTP/1.1 200 OK\r\nX\x00: 1\r\n\r\nx",
        "/status": b"HTTP/1.1 2000000 OK\r\n\r\n",
        "/tls": b"\x16\x03\x01\x00\x02\x02\x28",
        "/mail": b"220 mail.example ESMTP\r\n",
    }
    outcomes, _ = serve(replies, *map(at, replies))
    assert {bad(one) for one in outcomes} <= {"FetchFailed protocol", "FetchFailed connection"}
    assert all(str(one).isprintable() for one in outcomes)
    assert len({fetch_failed(one).detail for one in outcomes[:5]}) == 5


# ---------------------------------------------------------------- size and coding

CHILD = """
import asyncio, sys
from datetime import UTC, datetime
from parsers.configured import FetchLimits
from parsers.errors import SeabridgeError
from parsers.model import Request
from parsers.reading.web.fetch import Web

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024

async def main(port, most):
    place = {"gazette.example": ("127.0.0.1", port)}
    async with Web(FetchLimits(), hosts=place, clock=lambda: datetime.now(UTC)) as web:
        try:
            await web.get(Request("http://gazette.example/", max_bytes=most))
            print("taken", peak())
        except SeabridgeError as error:
            print(error.kind, peak())

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""


def fetched_by_a_child(talk: Talk, most: int) -> tuple[str, int]:
    """How a process of its own ends that asks a server which talks like this; its peak memory (MB, resident)."""

    async def main() -> bytes:
        async with web_on(talk) as (_, port):
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-c", CHILD, str(port), str(most), cwd=REPOSITORY, stdout=subprocess.PIPE
            )
            return (await child.communicate())[0]

    kind, megabytes = asyncio.run(main()).split()
    return kind.decode(), int(megabytes)


def reply_of(*pieces: bytes, forever: bytes = b"") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
        while forever:
            writer.write(forever)
            await writer.drain()

    return talk


def test_n_5_an_endless_body_is_stopped_at_the_limit_in_little_memory() -> None:
    """N-5: a stream without end is too large; the process never holds the limit and 50 MB beside it."""
    kind, megabytes = fetched_by_a_child(
        reply_of(b"HTTP/1.1 200 OK\r\n\r\n", forever=b"x" * 100_000), most=20 * MILLION
    )
    assert kind == "too-large"
    assert megabytes < 20 + 50


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_n_5_an_endless_row_of_nothing_is_stopped(coding: str) -> None:
    """N-5: also what unfolds to nothing ends, by the bytes that were received."""
    nothing = b"\x00\x00\x00\xff\xff" * 4_000  # empty stored blocks
    first = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    start = gzip.compress(b"")[:10] if coding == "gzip" else b""

    async def endless(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first + start)
        while True:
            writer.write(nothing)
            await writer.drain()

    outcomes, _ = serve(endless, at(max_bytes=MILLION))
    assert bad(outcomes[0]) == "Refused too-large"


def zeros(size: int) -> Iterable[bytes]:
    return (bytes(10 * MILLION) for _ in range(size // (10 * MILLION)))


def bomb(coding: str) -> bytes:
    """A gigabyte of zeros in 1 kB (br) to 4 MB (gzip)."""
    if coding == "br":
        encoder = brotli.Compressor(quality=1)
        return b"".join(encoder.process(piece) for piece in zeros(1_000 * MILLION)) + encoder.finish()
    engine = zstandard.ZstdCompressor().compressobj() if coding == "zstd" else zlib.compressobj(1, wbits=31)
    return b"".join(engine.compress(piece) for piece in zeros(1_000 * MILLION)) + engine.flush()


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_n_6_a_bomb_is_stopped_at_the_limit_in_little_memory(coding: str) -> None:
    """N-6: a gigabyte in a small body ends at 10 MB, with less than 100 MB in use."""
    kind, megabytes = fetched_by_a_child(reply_of(packed(bomb(coding), coding)), most=10 * MILLION)
    assert kind == "too-large"
    assert megabytes < 100


def test_n_7_a_bomb_in_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """N-7: two codings one over the other are refused by their names alone, in one header or in two."""
    whole = gzip.compress(gzip.compress(bytes(MILLION)))
    replies = {"/one": packed(whole, "gzip, gzip"), "/two": packed(whole, "gzip\r\nContent-Encoding: gzip")}
    outcomes, _ = serve(replies, *map(at, replies))
    assert [bad(one) for one in outcomes] == ["FetchFailed coding"] * 2


def test_n_8_twenty_codings_are_refused() -> None:
    """N-8: also where each of them is harmless."""
    outcomes, _ = serve({"/": packed(b"hi", ", ".join(["gzip"] * 20)), "/m": packed(b"hi", "br, gzip")}, at(), at("/m"))
    assert [bad(one) for one in outcomes] == ["FetchFailed coding"] * 2


def test_n_9_br_and_zstd_are_decoded_and_others_refused() -> None:
    """N-9: what we announce is undone; packed bytes never pass for a page."""
    replies = {
        "/br": packed(brotli.compress(b"hello"), "br"),
        "/zstd": packed(zstandard.compress(b"hello"), "zstd"),
        "/compress": packed(b"\x1f\x9dhello", "compress"),
        "/dcb": packed(b"hello", "dcb"),
        "/bytes": packed(b"hello", "\xff"),
    }
    outcomes, seen = serve(replies, *map(at, replies))
    assert [good(one).body for one in outcomes[:2]] == [b"hello"] * 2
    assert [bad(one) for one in outcomes[2:]] == ["FetchFailed coding"] * 3
    assert b"accept-encoding: gzip, deflate, br, zstd\r\n" in seen[0]


PROSE = " ".join(str(number * number) for number in range(3_000)).encode()
CUT = {
    "gzip": gzip.compress(PROSE),
    "deflate": zlib.compress(PROSE),
    "br": brotli.compress(PROSE),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress(PROSE),
}


@pytest.mark.parametrize("coding", CUT)
@pytest.mark.parametrize("missing", [1, 3, 200])
def test_n_10_a_packed_body_that_was_cut_is_noticed(coding: str, missing: int) -> None:
    """N-10: the length in the header fits, the end of the stream is missing: nothing of it is taken."""
    outcomes, _ = serve({"/": packed(CUT[coding][:-missing], coding)}, at())
    assert bad(outcomes[0]) == "FetchFailed truncated"


def test_n_11_plain_bytes_rubbish_behind_and_several_members() -> None:
    """N-11: a plain body under the name of gzip fails; rubbish behind the end is ignored; all members are read."""
    replies = {
        "/plain": packed(b"plain text"),
        "/flipped": packed(gzip.compress(b"hello")[:-8] + b"12345678"),
        "/rubbish": packed(gzip.compress(b"hello") + b"garbage"),
        "/zeros": packed(gzip.compress(b"hello") + b"\0" * 512),
        "/members": packed(gzip.compress(b"hel") + gzip.compress(b"lo")),
        "/frames": packed(zstandard.compress(b"hel") + zstandard.compress(b"lo"), "zstd"),
    }
    outcomes, _ = serve(replies, *map(at, replies))
    assert [bad(one) for one in outcomes[:2]] == ["FetchFailed coding"] * 2
    assert [good(one).body for one in outcomes[2:]] == [b"hello"] * 4


# ---------------------------------------------------------------- redirects


def test_n_16_five_redirects_and_no_more() -> None:
    """N-16: a chain of five ends at its page; one of six, an endless one, and one to nowhere are refused."""
    chain = {f"/{i}": moved(f"/{i + 1}") for i in range(6)} | {"/6": answer(b"end"), "/loop": moved("/loop")}
    broken = {"/none": answer(b"", "302 Found"), "/bad": moved("http://[::1/"), "/host": moved("http://a b/")}
    outcomes, seen = serve(chain | broken, at("/1"), at("/0"), at("/loop"), *map(at, broken))
    assert good(outcomes[0]).body == b"end"
    assert [bad(one) for one in outcomes[1:]] == ["Refused redirect"] * 5
    assert len(seen) == 6 + 6 + 6 + 3


def test_n_17_there_is_no_way_from_https_to_http(tmp_path: Path) -> None:
    """N-17: a redirect from https to http is refused."""
    file = certificate(tmp_path, NAME)
    replies = {"/": answer(), "/down": moved(f"http://{NAME}/")}
    requests = (Request(f"https://{NAME}/"), Request(f"https://{NAME}/down"))
    outcomes, seen = serve(replies, *requests, tls=server_side(file), trust=trusting(file))
    assert good(outcomes[0]).body == b"hello"
    assert bad(outcomes[1]) == "Refused redirect"
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("where", "is_told"),
    [
        ("/b", True),
        (f"http://{NAME}:80/b", True),
        (f"http://{NAME}:{{port}}/b", False),
        ("http://other.example/b", False),
        (f"http://www.{NAME}/b", False),
    ],
)
def test_n_17_headers_of_a_source_stay_at_its_site(where: str, is_told: bool) -> None:
    """N-17: credentials are not forwarded to another host or port, nor back from there."""
    names = (NAME, "other.example", f"www.{NAME}")
    replies = {"/": moved(where), "/b": moved(f"http://{NAME}/c"), "/c": answer()}
    secrets = {"Authorization": "Basic c2VjcmV0", "Cookie": "id=secret", "X-Api-Key": "secret"}
    outcomes, seen = serve(replies, at(headers=secrets), names=names)
    assert good(outcomes[0]).body == b"hello"
    told = [sum(word in head.lower() for word in (b"authorization:", b"cookie:", b"x-api-key:")) for head in seen]
    assert told == ([3, 3, 3] if is_told else [3, 0, 0])


@pytest.mark.parametrize(
    "where", ["file:///etc/passwd", "ftp://a.example/", "data:text/html,x", "gopher://a.example/", "javascript:x()"]
)
def test_n_18_redirects_to_other_schemes_are_refused(where: str) -> None:
    """N-18: only http and https are fetched, at first and after a redirect."""
    outcomes, seen = serve({"/": moved(where)}, at(), Request(where))
    assert [bad(one) for one in outcomes] == ["Refused scheme"] * 2
    assert len(seen) == 1


# ---------------------------------------------------------------- addresses

INSIDE = """127.0.0.1:{port} localhost:{port} localhost.:{port} [::ffff:127.0.0.1]:{port} [::1]:{port} 169.254.169.254
10.0.0.1 100.100.100.200 [fd00:ec2::254]"""


@pytest.mark.parametrize("place", INSIDE.split())
def test_n_19_machines_that_are_not_public_are_refused_at_first_and_after_a_redirect(place: str) -> None:
    """N-19: loopback, private networks and metadata services get no packet, whoever leads there."""
    replies = {"/": moved(f"http://{place}/secret"), "/secret": answer(b"SECRET")}
    outcomes, seen = serve(replies, at(), Request(f"http://{place}/secret"))
    assert [bad(one) for one in outcomes] == ["Refused address"] * 2
    assert len(seen) == 1


SPELLINGS = """127.0.0.1 127.1 0 0.0.0.0 2130706433 0x7f000001 0177.0.0.1 017700000001 127.0.1 0x7f.1 127。0。0。1
１２７.0.0.1 localhost localhost. LOCALHOST 127.0.0.1. [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
[0:0:0:0:0:0:0:1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [2002:7f00:1::]"""


@pytest.mark.parametrize("host", SPELLINGS.split())
def test_n_20_no_spelling_of_this_machine_is_reached(host: str) -> None:
    """N-20: loopback in any disguise is refused before a connection is opened."""
    outcomes, seen = serve({"/": answer(b"SECRET")}, Request(f"http://{host}:{{port}}/"))
    assert bad(outcomes[0]) == "Refused address"
    assert seen == []


ODD = """[64:ff9b::10.0.0.1] [64:ff9b:1::1] [2002:a00:1::1] [2001:0:4136:e378::1] [::10.0.0.1] 192.0.0.192 224.0.0.1
239.255.255.250 [ff02::1] [fec0::1] [3fff::1] [5f00::1] [fe80::1] 240.0.0.1 255.255.255.255 198.18.0.1 168.63.129.16"""


@pytest.mark.parametrize("host", ODD.split())
def test_n_21_tunnels_reserved_ranges_and_groups_are_refused(host: str) -> None:
    """N-21: what is not plainly public is not dialled. The table of single addresses is in test_addresses."""
    outcomes, _ = serve({}, Request(f"http://{host}/"))
    assert bad(outcomes[0]) == "Refused address"


def test_n_22_a_name_is_resolved_once_and_that_address_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """N-22: a name that changes its address between check and connection wins nothing: there is no second look-up."""
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
    assert [bad(one) for one in outcomes] == ["FetchFailed refused", "Refused address"]
    assert dialled == ["93.184.215.14"]


def test_n_23_a_name_with_one_private_address_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """N-23: one public address among private ones does not make a name public."""
    monkeypatch.setattr(dialling, "resolve", lambda host, port: ["93.184.215.14", "127.0.0.1"])
    outcomes, _ = serve({}, Request("http://mixed.example/"))
    assert bad(outcomes[0]) == "Refused address"
    assert "127.0.0.1" in str(outcomes[0])


def test_n_24_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """N-24: a proxy would look up names itself and so pass by the check of addresses."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    outcomes, _ = serve({"/": answer()}, at())
    assert good(outcomes[0]).body == b"hello"


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
def test_n_25_an_answer_without_content_is_a_failure(status: str) -> None:
    """N-25: an empty body would pass for a healthy feed without entries."""
    outcomes, _ = serve({"/": answer(b"", status), "/packed": packed(gzip.compress(b""))}, at(), at("/packed"))
    assert [bad(one) for one in outcomes] == ["FetchFailed empty"] * 2


@pytest.mark.parametrize("body", [b"", b"Content-Length: 5\r\n\r\nhello"])
def test_n_26_unchanged_is_told_with_and_without_a_body(body: bytes) -> None:
    """N-26: 304 to our validators is an answer without content, whatever follows it, and harms no later answer."""
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "a2"\r\nConnection: keep-alive\r\n' + (body or b"\r\n")
    outcomes, seen = serve({"/": unchanged, "/next": answer(b"next")}, at(etag='"a1"'), at("/next"))
    response = good(outcomes[0])
    assert response.not_modified
    assert (response.status, response.body, response.etag) == (304, b"", '"a2"')
    assert b'if-none-match: "a1"' in seen[0]
    assert good(outcomes[1]).body == b"next"


def test_n_27_unchanged_without_a_question_is_asked_again_once() -> None:
    """N-27: a cache that says 304 to a plain request is asked once more, past the cache; then it is a failure."""
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


def test_n_28_permanent_redirects_are_reported() -> None:
    """N-28: where a permanent first redirect points is said; a temporary one proposes nothing, whatever follows."""
    outcomes, _ = serve(
        {
            "/301": moved("/new", "301 Moved Permanently"),
            "/308": moved("/new", "308 Permanent"),
            "/302": moved("/301"),
            "/new": answer(b"here"),
        },
        at("/301"),
        at("/308"),
        at("/302"),
    )
    assert [good(one).moved_to for one in outcomes] == [f"http://{NAME}/new", f"http://{NAME}/new", None]


def test_n_29_missing_may_pass_and_gone_does_not() -> None:
    """N-29: 404 is a failure, 410 a refusal of its own kind."""
    outcomes, _ = serve({"/": answer(b"", "404 Not Found"), "/gone": answer(b"", "410 Gone")}, at(), at("/gone"))
    assert [bad(one) for one in outcomes] == ["FetchFailed status", "Refused gone"]


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        ("401 Unauthorized", {}, "FetchFailed status"),
        ("403 Forbidden", {}, "FetchFailed status"),
        ("403 Forbidden", {"cf_mitigated": "challenge"}, "FetchFailed challenge"),
        ("200 OK", {"cf_mitigated": "challenge"}, "FetchFailed challenge"),
    ],
)
def test_n_30_locked_doors_and_challenges_bring_no_article(status: str, headers: dict[str, str], kind: str) -> None:
    """N-30: what a guard answers is a failure with its status. (One without a mark is told by the parser of pages.)"""
    outcomes, _ = serve({"/": answer(b"<html>Are you human?", status, **headers)}, at())
    assert bad(outcomes[0]) == kind
    assert fetch_failed(outcomes[0]).status == int(status[:3])


def test_n_31_retry_after_reaches_the_caller() -> None:
    """N-31: 429 and 503 say when to come back, within a day; rubbish says nothing. (All spellings: test_headers.)"""
    waits = ("5", "Mon, 16 Nov 2026 06:10:00 GMT", "99999999999", "-5", "soon", "")
    replies = {f"/{n}": answer(b"", "429 Slow" if n % 2 else "503 Down", Retry_After=w) for n, w in enumerate(waits)}
    outcomes, _ = serve(replies, *map(at, replies))
    assert [fetch_failed(one).retry_after for one in outcomes] == [5.0, 600.0, 86_400.0, 0.0, None, None]


def test_n_32_a_server_that_recovers_is_heard_at_the_next_request() -> None:
    """N-32: three failures leave nothing behind (connection, state) that would spoil the fourth request."""
    calls = 0

    async def recovering(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(answer(b"sorry", "500 Oops") if calls < 4 else answer(b"back"))
        await writer.drain()

    outcomes, seen = serve(recovering, *[at()] * 4)
    assert [bad(one) for one in outcomes[:3]] == ["FetchFailed status"] * 3
    assert good(outcomes[3]).body == b"back"
    assert len(seen) == 4  # one request each: the run repeats, this layer never does


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<html><body><p>Sorry, we are moving house.</p></body></html>"),
        ("application/json", b'{"error": "moved"}'),
        ("application/pdf", b"%PDF-1.7\n%%EOF"),
        ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><title>News</title></svg>'),
    ],
)
def test_n_33_something_else_than_a_feed_arrives_whole_and_is_no_feed(content_type: str, body: bytes) -> None:
    """N-33: the bytes reach the caller as they are, for quarantine, and the parser of feeds refuses them."""
    outcomes, _ = serve({"/": answer(body, Content_Type=content_type)}, at())
    response = good(outcomes[0])
    assert response.body == body
    with pytest.raises(Unreadable):
        parse_feed(response.body, response.url, response.content_type)


@pytest.mark.parametrize("charset", ["zlib_codec", "idna", "utf-7", "rot13", "klingon", "", "utf-8\x00", "a" * 500])
def test_n_34_any_charset_gives_text(charset: str) -> None:
    """N-34: unknown encodings, and codecs that are none of text, do not matter; utf-7 unfolds to no markup."""
    body = b"caf\xc3\xa9 +ADw-script+AD4-"
    outcomes, _ = serve({"/": answer(body, Content_Type=f"text/html; charset={charset}".rstrip("\x00"))}, at())
    response = good(outcomes[0])
    assert decode(response.body, response.content_type)[0] == "café +ADw-script+AD4-"


# ---------------------------------------------------------------- TLS


@pytest.mark.parametrize(
    ("name", "known", "expired"),
    [
        pytest.param(NAME, False, False, id="N-35-self-signed"),
        pytest.param("wrong.example", True, False, id="N-35-wrong-host"),
        pytest.param(NAME, True, True, id="N-35-expired"),
    ],
)
def test_n_35_certificates_are_checked(name: str, known: bool, expired: bool, tmp_path: Path) -> None:
    """N-35: unknown issuer, wrong name and expired certificate fail as tls, with nothing sent."""
    file = certificate(tmp_path, name, expired=expired)
    trust = {"trust": trusting(file)} if known else {}
    outcomes, seen = serve({"/": answer()}, Request(f"https://{NAME}/"), tls=server_side(file), **trust)
    assert bad(outcomes[0]) == "FetchFailed tls"
    assert seen == []


@pytest.mark.parametrize("verify", [True, False])
def test_n_35_old_tls_is_not_spoken(verify: bool, tmp_path: Path) -> None:
    """N-35: a server that knows nothing newer than TLS 1.0 is left alone, also where its certificate may be bad."""
    file = certificate(tmp_path, NAME)
    old = server_side(file)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    request = Request(f"https://{NAME}/", verify_tls=verify)
    outcomes, seen = serve({"/": answer()}, request, tls=old, trust=trusting(file))
    assert bad(outcomes[0]) == "FetchFailed tls"
    assert seen == []


def test_n_35_https_to_a_server_without_tls_fails_as_such() -> None:
    """N-35: a plain reply where a handshake is due is a failure of TLS, and no second try without it."""
    calls = 0

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(answer())
        await writer.drain()

    async def main() -> Outcome:
        async with web_on(plain) as (web, _):
            return await outcome(web, Request(f"https://{NAME}/"))

    assert bad(asyncio.run(main())) == "FetchFailed tls"
    assert calls == 1


# ---------------------------------------------------------------- neighbours


def test_n_36_one_slow_host_keeps_no_other_from_answering() -> None:
    """N-36: fifty requests to a host that never answers take its places, not those of the hosts beside it."""
    fast = [f"fast{number}.example" for number in range(20)]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"host: slow.example" in head:
            await asyncio.sleep(60)
        writer.write(answer())

    async def main() -> list[Response]:
        limits = FetchLimits(total=30.0, concurrency=4, per_host=2)
        async with web_on(talk, limits, names=("slow.example", *fast)) as (web, _):
            slow = [asyncio.create_task(outcome(web, Request(f"http://slow.example/{n}"))) for n in range(50)]
            await asyncio.sleep(0.2)
            answers = await asyncio.gather(*(web.get(Request(f"http://{name}/")) for name in fast))
            assert not any(task.done() for task in slow)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            return answers

    started = time.monotonic()
    assert [response.body for response in asyncio.run(main())] == [b"hello"] * 20
    assert time.monotonic() - started < 20


def test_n_37_a_flood_of_cookies_is_ignored() -> None:
    """N-37: cookies are neither kept nor sent back; a header of a megabyte ends that answer and no other."""
    flood = b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 100) for n in range(500))
    replies = {
        "/flood": b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n" + flood + b"\r\nok",
        "/huge": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=" + b"x" * MILLION + b"\r\n\r\nok",
        "/next": answer(),
    }
    outcomes, seen = serve(replies, *map(at, replies))
    assert good(outcomes[0]).body == b"ok"
    assert "set-cookie" not in good(outcomes[0]).headers
    assert bad(outcomes[1]) == "FetchFailed protocol"
    assert good(outcomes[2]).body == b"hello"
    assert not any(b"cookie:" in head.lower() for head in seen)
