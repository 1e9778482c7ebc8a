"""Fetching: what is sent, what is taken, and whom it may cost what. Faults and attacks: test_network_rows."""

import asyncio
import dataclasses
import random
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import (
    NAME,
    NOW,
    QUICK,
    answer,
    at,
    bad,
    certificate,
    good,
    gzipped,
    moved,
    packed,
    serve,
    server_side,
    trusting,
    web_on,
)

from parsers.configured import FetchLimits
from parsers.model import Request, Response
from parsers.reading.web import dialling

MILLION = 1_000_000

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


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    ],
)
def test_connections_are_reused(reply: bytes, tls: bool, tmp_path: Path) -> None:
    """Requests to one host that keeps the connection open travel on one connection."""
    connections = 0
    file = certificate(tmp_path, NAME)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(reply)

    async def main() -> list[bytes]:
        async with web_on(talk, tls=server_side(file) if tls else None, trust=trusting(file)) as (web, _):
            scheme = "https" if tls else "http"
            return [(await web.get(Request(f"{scheme}://{NAME}/{number}"))).body for number in range(3)]

    assert asyncio.run(main()) == [b"ok"] * 3
    assert connections == 1


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


@pytest.mark.parametrize("etag", ['"a"\r\nX-Evil: 1', '"a"\n', "a\x00", "a" * 5_000, "\u20ac"])
def test_a_validator_that_could_forge_a_header_is_not_sent(etag: str) -> None:
    """A stored validator with line breaks is left out, and the page is fetched whole."""
    outcomes, seen = serve({"/": answer()}, at(etag=etag, user_agent="Desk\r\nX-Evil: 2"))
    assert good(outcomes[0]).body == b"hello"
    assert b"evil" not in seen[0].lower()
    assert b"if-none-match" not in seen[0]


def test_headers_of_a_source_replace_ours_and_keep_the_message_whole() -> None:
    """Those of one name with ours win; those that frame the message or forge another line are left out."""
    headers = {
        "Accept": "application/json",
        "user-agent": "Desk/3",
        "X-Api-Key": " k1 ",
        "Host": "evil.example",
        "Content-Length": "5",
        "Transfer-Encoding": "chunked",
        "Connection": "upgrade",
        "Accept-Encoding": "compress",
        "X-Bad": "a\r\nX-Evil: 1",
        "X Evil": "1",
        "": "evil",
        "X-Euro": "€",
        "If-None-Match": "evil",
    }
    outcomes, seen = serve({"/": answer()}, at(headers=headers, user_agent="Desk/2", etag='"a1"'))
    assert good(outcomes[0]).body == b"hello"
    sent = seen[0].decode().lower().split("\r\n")
    assert {"accept: application/json", "user-agent: desk/3", "x-api-key: k1", 'if-none-match: "a1"'} <= set(sent)
    assert {"host: gazette.example", "accept-encoding: gzip, deflate, br, zstd"} <= set(sent)
    assert len(sent) == 1 + 6 + 2
    assert not any("evil" in line for line in sent)


# ---------------------------------------------------------------- redirects


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


# ---------------------------------------------------------------- addresses


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


def test_the_second_address_is_tried_when_the_first_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """One address that refuses does not hide one that answers."""
    monkeypatch.setattr(dialling, "resolve", lambda host, port: ["127.0.0.9", "127.0.0.1"])
    outcomes, _ = serve({"/": answer()}, Request("http://two.example:{port}/", local=True))
    assert good(outcomes[0]).body == b"hello"


# ---------------------------------------------------------------- time and turns


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
        async with web_on(slow, FetchLimits(total=1.5, per_host=2)) as (web, _):
            return await asyncio.gather(*(web.get(at(f"/{i}")) for i in range(8)))

    assert [response.body for response in asyncio.run(main())] == [b"hello"] * 8
    assert most == 2


def test_a_request_that_is_called_off_frees_its_place() -> None:
    """A hundred requests cancelled while they wait or read leave every turn and connection to those that follow."""
    silent = True

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            if silent:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

    async def main() -> list[Response]:
        nonlocal silent
        names = [f"host{number}.example" for number in range(10)]
        async with web_on(talk, FetchLimits(concurrency=4, per_host=2), names=names) as (web, _):
            for _ in range(3):
                tasks = [asyncio.create_task(web.get(Request(f"http://{names[n % 10]}/"))) for n in range(100)]
                await asyncio.sleep(0.1)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            silent = False
            return await asyncio.gather(*(web.get(Request(f"http://{name}/")) for name in names * 2))

    assert [response.body for response in asyncio.run(main())] == [b"hello"] * 20


# ---------------------------------------------------------------- size and coding


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    "reply",
    [
        packed(gzipped(b"hello")),
        packed(gzipped(b"hello"), "x-gzip"),
        packed(gzipped(b"hello"), "GZIP, identity"),
        packed(gzipped(b"hel") + gzipped(b"lo")),
        packed(gzipped(b"hello") + b"garbage"),
        packed(gzipped(b"hello") + b"\0" * 512),
        packed(zlib.compress(b"hello"), "deflate"),
        packed(zlib.compress(b"hello") + b"garbage", "deflate"),
        packed(brotli.compress(b"hello"), "br"),
        packed(zstandard.compress(b"hello"), "Zstd"),
        packed(zstandard.compress(b"hello") + b"garbage", "zstd"),
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
        (packed(b"\xff\xff plain text", "deflate"), "FetchFailed coding"),
        (packed(gzipped(b"hello " * 500)[:-20]), "FetchFailed truncated"),
        (packed(gzipped(b"hello " * 500)[:-1]), "FetchFailed truncated"),
        (packed(gzipped(b"a") + gzipped(b"b" * 99)[:-9]), "FetchFailed truncated"),
        (packed(b"\x1f"), "FetchFailed truncated"),
        (packed(zlib.compress(b"hello " * 500)[:-3], "deflate"), "FetchFailed truncated"),
        (packed(gzipped(b"hello")[:-8] + b"12345678"), "FetchFailed coding"),
        (packed(b"plain text that is no brotli", "br"), "FetchFailed coding"),
        (packed(b"plain text", "zstd"), "FetchFailed coding"),
        (packed(gzipped(b"")), "FetchFailed empty"),
        (packed(brotli.compress(b""), "br"), "FetchFailed empty"),
        (packed(zstandard.compress(b""), "zstd"), "FetchFailed empty"),
        (packed(b""), "FetchFailed empty"),
        (packed(gzipped(b"") * 1_100), "FetchFailed coding"),
        (packed(gzipped(bytes(20 * MILLION))), "Refused too-large"),
        (packed(gzipped(bytes(MILLION)) * 3), "Refused too-large"),
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
        {"/plain": answer(noise), "/packed": packed(gzipped(noise))},
        at("/plain", max_bytes=MILLION),
        at("/packed", max_bytes=MILLION),
    )
    assert [good(outcome).body == noise for outcome in outcomes] == [True, True]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_answer_at_all_escapes_our_errors(noise: bytes) -> None:
    """Any bytes after a status line give a response or one of our errors."""
    outcomes, _ = serve({"/": b"HTTP/1.1 200 OK\r\n" + noise}, at(), limits=QUICK)
    assert len(outcomes) == 1


# ---------------------------------------------------------------- TLS


def test_an_unverified_request_is_no_door_for_others(tmp_path: Path) -> None:
    """Without a check the certificate does not matter, but only for that request: no connection is shared."""
    file = certificate(tmp_path, "wrong.example", expired=True)
    alive = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"
    plain = Request(f"https://{NAME}/")
    unverified = dataclasses.replace(plain, verify_tls=False)
    outcomes, seen = serve({"/": alive}, unverified, plain, unverified, tls=server_side(file))
    assert [good(outcomes[0]).body, good(outcomes[2]).body] == [b"hello", b"hello"]
    assert bad(outcomes[1]) == "FetchFailed tls"
    assert len(seen) == 2


def test_another_site_is_verified_again(tmp_path: Path) -> None:
    """A redirect inside the site of the source stays unverified, one to another host must have a good certificate."""
    file = certificate(tmp_path, "wrong.example")
    replies = {"/": moved("/in"), "/in": answer(), "/out": moved("https://other.example/in")}
    requests = [Request(f"https://{NAME}{path}", verify_tls=False) for path in ("/", "/out")]
    outcomes, seen = serve(replies, *requests, names=(NAME, "other.example"), tls=server_side(file))
    assert good(outcomes[0]).body == b"hello"
    assert bad(outcomes[1]) == "FetchFailed tls"
    assert len(seen) == 3


def test_http2_is_spoken_where_it_is_offered(tmp_path: Path) -> None:
    """With a server that offers HTTP/2 the same request is answered over it, compressed body included."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.events import RequestReceived

    file = certificate(tmp_path, NAME)
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
                    connection.send_data(event.stream_id, gzipped(b"second version"), end_stream=True)
            writer.write(connection.data_to_send())
            await writer.drain()
        writer.close()

    async def main() -> list[Response]:
        async with web_on(talk, tls=context, trust=trusting(file)) as (web, _):
            return [await web.get(Request(f"https://{NAME}/{i}")) for i in range(2)]

    assert [response.body for response in asyncio.run(main())] == [b"second version"] * 2
    assert paths == ["/0", "/1"]
