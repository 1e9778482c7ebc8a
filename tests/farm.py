"""A farm of hostile sources on this machine: one for every row of the catalogue that a server can play.

Each plot has a loopback address of its own, as each source has a host of its own. The ids are those of the catalogue of
hostile input: N network, F feeds, R pages, P PDFs.
"""

import asyncio
import contextlib
import gzip
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import zstandard
from builders import source_table

Behaviour = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What a server does with one request: these bytes and hang up, or as the function says."""

RECENT = "Wed, 18 Jun 2025 09:00:00 GMT"
GOOD_TITLE = "NATO and the European Union agree a joint procurement of air defence with the United States"
GOOD_TEXT = (
    "The European Union and the United States signed an agreement on joint defence procurement. NATO defence ministers"
    " said that the transatlantic alliance will share the burden of air defence and deterrence in Europe. "
)
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Plot:
    """One hostile source.

    Attributes:
        id: row of the catalogue, with a letter where a row has several cases.
        routes: path -> what the server does; the source itself is at `/`.
        outcome, kind: how the visit must end; `entries` that are read, where it is read.
        said: must stand in the problems of the fetch, of its items or in the reason of the quarantine.
        table: keys of the source's table that differ.
        url: None for the plot's own address.
    """

    id: str
    routes: Mapping[str, Behaviour] = field(default_factory=dict)
    outcome: str = "failed"
    kind: str | None = None
    entries: int = 0
    said: str = ""
    table: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None


def http(body: bytes = b"", status: str = "200 OK", kind: str = "application/rss+xml", **headers: str) -> bytes:
    """A whole answer. Header names are written with `_` for `-`; an empty value leaves the header out."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def rss(*entries: str, head: str = "", tail: str = "</channel></rss>") -> bytes:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Plot</title>{head}{"".join(entries)}{tail}'.encode()
    )


def entry(number: int = 1, *, title: str = GOOD_TITLE, more: str = "", link: str = "", date: str = RECENT) -> str:
    return (
        f"<item><guid isPermaLink='false'>{number}</guid><title>{title} {number}</title>"
        f"<link>{link or f'/article-{number}'}</link><pubDate>{date}</pubDate>{more}</item>"
    )


def page(text: str, title: str = GOOD_TITLE, head: str = "") -> bytes:
    paragraphs = "".join(f"<p>{one}</p>" for one in text.split("\n\n"))
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


def slowly(pieces: Sequence[bytes], pause: float = 0.5) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


def endless(head: bytes, piece: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()

    return behave


def first(times: int, then: Behaviour, before: Behaviour) -> Behaviour:
    """`before` for the first `times` requests, `then` for all later ones."""
    asked = [0]

    async def behave(writer: asyncio.StreamWriter) -> None:
        asked[0] += 1
        await perform(before if asked[0] <= times else then, writer)

    return behave


async def perform(behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
    if isinstance(behaviour, bytes):
        writer.write(behaviour)
        await writer.drain()
    else:
        await behaviour(writer)


def to(location: str, status: str = "302 Found") -> bytes:
    return http(status=status, location=location)


GOOD_FEED = rss(*(entry(n, more=f"<description>{GOOD_TEXT}</description>") for n in range(3)))
GOOD = http(GOOD_FEED)


def network_plots() -> list[Plot]:
    bomb = gzip.compress(bytes(100 * MEGABYTE), 6)
    gz = gzip.compress(GOOD_FEED)
    return [
        Plot("N-1-refused", kind="refused", url="http://127.0.0.1:9/"),
        Plot("N-1-dns", kind="dns", url="http://no-such-host.invalid/"),
        Plot("N-3", {"/": slowly([http(b"x", content_length="100000"), *[b"x"] * 60])}, kind="timeout"),
        Plot("N-4", {"/": slowly([b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 60])}, kind="timeout"),
        Plot("N-5", {"/": endless(http(content_length=""), b"x" * 65_536)}, kind="too-large"),
        Plot("N-6", {"/": http(bomb, content_encoding="gzip")}, kind="too-large"),
        Plot("N-7", {"/": http(gzip.compress(gz), content_encoding="gzip, gzip")}, kind="coding"),
        Plot("N-8", {"/": http(b"hi", content_encoding=", ".join(["gzip"] * 20))}, kind="coding"),
        Plot(
            "N-9",
            {"/": http(zstandard.compress(GOOD_FEED), content_encoding="zstd")},
            outcome="read",
            entries=3,
        ),
        Plot("N-9-unknown", {"/": http(GOOD_FEED, content_encoding="compress")}, kind="coding"),
        Plot("N-10", {"/": http(gz[:-40], content_encoding="gzip")}, kind="truncated"),
        Plot("N-11", {"/": http(b"\x1f\x8b" + GOOD_FEED, content_encoding="gzip")}, kind="coding"),
        Plot(
            "N-11-members",
            {"/": http(gzip.compress(GOOD_FEED[:200]) + gzip.compress(GOOD_FEED[200:]), content_encoding="gzip")},
            outcome="read",
            entries=3,
        ),
        Plot("N-12", {"/": http(GOOD_FEED, content_length="999999")}, kind="truncated"),
        Plot(
            "N-12-chunked",
            {"/": http(b"5\r\n<rss>\r\nff\r\nx", content_length="", transfer_encoding="chunked")},
            kind="truncated",
        ),
        Plot(
            "N-13",
            {"/": http(GOOD_FEED, content_length=str(len(GOOD_FEED) - 60))},
            outcome="read",
            entries=2,
            said="cut off",
        ),
        Plot("N-14", {"/": http(GOOD_FEED[:-60], content_length="")}, outcome="read", entries=2, said="cut off"),
        Plot(
            "N-15-lengths",
            {"/": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"},
            kind="protocol",
        ),
        Plot("N-15-negative", {"/": http(b"x", content_length="-5")}, kind="protocol"),
        Plot("N-15-headers", {"/": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 300_000 + b"\r\n\r\n"}, kind="protocol"),
        Plot("N-15-garbage", {"/": b"\x00\x01\x02 no HTTP at all\r\n\r\n"}, kind="protocol"),
        Plot("N-15-empty", {"/": b""}, kind="protocol"),
        Plot("N-16-loop", {"/": to("/")}, kind="redirect"),
        Plot("N-16-nowhere", {"/": to("")}, kind="redirect"),
        Plot("N-16-malformed", {"/": to("http://[")}, kind="redirect"),
        Plot("N-18-file", {"/": to("file:///etc/passwd")}, kind="scheme"),
        Plot("N-18-gopher", {"/": to("gopher://127.0.0.1/")}, kind="scheme"),
        Plot("N-19-metadata", {"/": to("http://169.254.169.254/latest/meta-data/")}, kind="address"),
        Plot("N-19-private", {"/": to("http://10.0.0.1/")}, kind="address"),
        Plot("N-19-itself", {"/": GOOD}, kind="address", table={"local": False}),
        Plot("N-20", kind="address", url="http://2130706433/", table={"local": False}),
        Plot("N-21", kind="address", url="http://[64:ff9b::7f00:1]/", table={"local": False}),
        Plot("N-25", {"/": http()}, kind="empty"),
        Plot("N-25-waf", {"/": http(status="202 Accepted")}, kind="empty"),
        Plot("N-27", {"/": first(1, GOOD, http(status="304 Not Modified"))}, outcome="read", entries=3),
        Plot("N-28", {"/": to("/new", "301 Moved Permanently"), "/new": GOOD}, outcome="read", entries=3),
        Plot("N-29-404", {"/": http(b"none", "404 Not Found")}, kind="status"),
        Plot("N-29-410", {"/": http(b"none", "410 Gone")}, kind="gone"),
        Plot("N-30-403", {"/": http(b"no", "403 Forbidden")}, kind="status"),
        Plot("N-30-challenge", {"/": http(b"no", "403 Forbidden", cf_mitigated="challenge")}, kind="challenge"),
        Plot("N-31", {"/": http(b"slow down", "429 Too Many Requests", retry_after="99999999999")}, kind="status"),
        Plot("N-32", {"/": first(3, GOOD, http(b"oops", "503 Service Unavailable"))}, outcome="read", entries=3),
        Plot("N-33-html", {"/": http(page("Sorry.\n\nNothing here."), kind="text/html")}, kind="html"),
        Plot("N-33-json", {"/": http(b'{"error": "no"}', kind="application/json")}, kind="not-a-feed"),
        Plot("N-33-pdf", {"/": http(b"%PDF-1.4\n%%EOF", kind="application/pdf")}, kind="not-a-feed"),
        Plot(
            "N-33-svg",
            {"/": http(b"<svg xmlns='http://www.w3.org/2000/svg'/>", kind="image/svg+xml")},
            kind="not-a-feed",
        ),
        Plot("N-34", {"/": http(GOOD_FEED, kind="application/rss+xml; charset=zlib_codec")}, outcome="read", entries=3),
        Plot("N-37", {"/": http(GOOD_FEED, set_cookie="a=" + "b" * 60_000)}, outcome="read", entries=3),
    ]


def feed_plots() -> list[Plot]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>'
    xxe = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = GOOD_FEED.decode().partition("?>")[2]
    attributes = " ".join(f'a{n}="x"' for n in range(60_000))
    many = rss(*(entry(n) for n in range(2_500)))
    return [
        Plot(
            "F-1",
            {"/": http(GOOD_FEED.replace(b"Plot", b"Plot & sons"))},
            outcome="read",
            entries=3,
            said="not well-formed",
        ),
        Plot("F-2", {"/": http(GOOD_FEED[:-60])}, outcome="read", entries=2, said="cut off"),
        Plot("F-3", {"/": http((doctype + body.replace("Plot", "&l9;")).encode())}, outcome="read", entries=3),
        Plot("F-4", {"/": http((xxe + body.replace("Plot", "&x;")).encode())}, outcome="read", entries=3),
        Plot("F-5", {"/": http(b"/etc/passwd")}, kind="not-a-feed"),
        Plot("F-5-device", {"/": http(b"/dev/zero")}, kind="not-a-feed"),
        Plot("F-6", {"/": http(rss(f"<item {attributes}><title>x</title></item>"))}, kind="parse-limit"),
        Plot("F-7", {"/": http(many)}, outcome="read", entries=2_000, said="newest"),
        Plot("F-7-large", {"/": http(many + b" " * 11 * MEGABYTE)}, kind="too-large"),
        Plot("F-8", {"/": http(rss(entry(title="word " * 400_000)))}, outcome="read", entries=1),
        Plot(
            "F-9",
            {"/": http(rss(entry(more="<description>" + "<b>" * 50_000 + "</description>")))},
            outcome="read",
            entries=1,
        ),
        Plot("F-10", {"/": http(rss(entry(title="a\x00b\x0b")))}, outcome="read", entries=1, said="removed"),
        Plot(
            "F-11",
            {"/": http(GOOD_FEED.decode().replace('1.0"', '1.0" encoding="utf-8"', 1).encode("utf-16"))},
            outcome="read",
            entries=3,
        ),
        Plot("F-12", {"/": http(rss(entry(title="&#xD800; &#999999999999;")))}, outcome="read", entries=1),
        Plot("F-14", {"/": http(rss(entry(), "<item></item>"))}, outcome="read", entries=2, said="neither title"),
        Plot("F-15", {"/": http(rss(*[entry()] * 3))}, outcome="read", entries=3),
        Plot(
            "F-20",
            {"/": http(rss(entry(1, date="0000-00-00"), entry(2, date="30 Feb 2025"), entry(3, date="2999-01-01")))},
            outcome="read",
            entries=3,
        ),
        Plot(
            "F-21", {"/": http(rss(entry(link="javascript:alert(1)")))}, outcome="read", entries=1, said="link dropped"
        ),
        Plot(
            "F-24",
            {"/": http(rss(entry(more=f"<description><![CDATA[{'<!--' * 200_000}]]></description>"), entry(2)))},
            outcome="read",
            entries=2,
        ),
        Plot(
            "F-27",
            {"/": http(rss(entry(more='<enclosure url="/x.pdf" length="-1" type="text/html"/>')))},
            outcome="read",
            entries=1,
        ),
    ]


def document_plots() -> list[Plot]:
    """Pages and PDFs behind an entry that gives only a title; with page texts of our own making."""

    def behind(row: str, behaviour: Behaviour, said: str = "", **more: Any) -> Plot:
        table = {"pages": True} | more
        return Plot(row, {"/": http(rss(entry())), "/article-1": behaviour}, "read", None, 1, said, table)

    html = "text/html; charset=utf-8"
    article = GOOD_TEXT * 12
    empty = (
        "<html><body><div id=root></div><noscript>Please enable JavaScript.</noscript><script></script></body></html>"
    )
    attributes = " ".join(f"a{n}=x" for n in range(100_000))
    tree = "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 2147483648/Kids[2 0 R]>>endobj"
    looped = f"%PDF-1.4\n{tree}\ntrailer<</Root 1 0 R>>\n%%EOF".encode()
    return [
        behind(
            "R-1",
            http(page("Subscribe to read this article. Already a subscriber? Sign in."), kind=html),
            "paywall stub",
        ),
        behind("R-2", http(kind=html), "page not read"),
        behind("R-3", http(empty.encode(), kind=html), "needs javascript"),
        behind(
            "R-4",
            http(page("Before you continue: we use cookies. Accept all cookies?", "Cookie consent"), kind=html),
            "consent or login page",
        ),
        behind("R-5", http(page(GOOD_TEXT * 15_000), kind=html), "page not read"),
        behind("R-6", http(page(article + "<div>" * 100_000), kind=html)),
        behind("R-9", http(f"<html><body><p {attributes}>x</p></body></html>".encode(), kind=html)),
        behind("R-10", http(b"<html><body>" + b"<!--" * 250_000 + b"</body></html>", kind=html)),
        behind("R-12", http(page(article, head="<link rel=canonical href='http://127.0.0.1:9/'>"), kind=html)),
        behind("N-19-page", to("http://169.254.169.254/"), "not a public address"),
        behind("N-19-robots", http(page(article), kind=html)),
        behind("P-3", http(b"%PDF-1.7\n1 0 obj\n<<", kind="application/pdf"), "page not read"),
        behind("P-3-html", http(page(article), kind="application/pdf"), "page not read"),
        behind("P-6", http(looped, kind="application/pdf"), "page not read"),
    ]


def healthy(number: int) -> Plot:
    """A source that works, with two entries of its own."""
    return Plot(
        f"healthy-{number}",
        {
            "/": http(
                rss(
                    *(
                        entry(n, title=f"{GOOD_TITLE}, part {number}", more=f"<description>{GOOD_TEXT}</description>")
                        for n in range(2)
                    )
                )
            )
        },
        outcome="read",
        entries=2,
    )


@contextmanager
def cultivated(
    plots: Sequence[Plot], port: int = 0, heard: Callable[[], None] = lambda: None
) -> Iterator[list[dict[str, Any]]]:
    """Serve the plots while the block runs, on a free port if none is given; gives the tables of their sources.

    `heard` is called for each request, before it is answered.
    """
    hosts = {f"127.77.{number // 250}.{number % 250 + 1}": plot for number, plot in enumerate(plots)}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1]
            heard()
            plot = hosts[writer.get_extra_info("sockname")[0]]
            await perform(plot.routes.get(path, http(b"none", "404 Not Found", "text/plain")), writer)
        writer.close()

    with socket.create_server(("", port)) as door, _loop() as loop:
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(answer, sock=door), loop).result()
        port = door.getsockname()[1]
        yield [
            source_table(plot.id.lower(), plot.url or f"http://{host}:{port}/", **plot.table)
            for host, plot in hosts.items()
        ]
        loop.call_soon_threadsafe(server.close)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
