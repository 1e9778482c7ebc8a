"""Serves the sample week on this machine for `seabridge demo` and for tests. Never leaves the loopback interface.

Every outlet has a host under .example; `SampleWeek.hosts` says where each of them really listens. Two hosts misbehave
on purpose: one answers its feed address with an apology in HTML, one accepts the request and keeps silent.
"""

import gzip
import hashlib
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flows.sample.outlets import HERE, read_toml
from flows.sample.render import Resource, resources
from parsers.configured import Listing, Source

SAMPLE_NOW = datetime(2025, 6, 30, 7, 0, tzinfo=ZoneInfo("Europe/Brussels"))
"""The demo's clock: Monday morning after ISO week 2025-W26."""
SAMPLE_MIDWEEK = datetime(2025, 6, 26, 6, 0, tzinfo=ZoneInfo("Europe/Brussels"))
"""The moment of the collection in the middle of the week, when some articles still read differently."""
SAMPLE_BEFORE = datetime(2025, 6, 23, 7, 0, tzinfo=ZoneInfo("Europe/Brussels"))
"""The Monday before, when the week to compare with was over."""

SLOW_HOST = "slow-monitor.example"
SORRY = ("lost-herald.example", "/feed.xml")


def sample_sources() -> tuple[Source, ...]:
    """The sources of flows/sample/sources.toml, all `local`; their order is the order of collection."""
    rows: list[dict[str, Any]] = read_toml("sources.toml")["sources"]
    return tuple(Source(**{**row, "listing": Listing(**row["listing"]) if "listing" in row else None}) for row in rows)


class SampleWeek:
    """Context manager: a web server for all sample hosts, running while the block runs.

    Attributes:
        hosts: every sample host name -> (address, port) to connect to.
        at: the moment whose state is served, one of the three above; may be changed while it runs.

    Args:
        hold: seconds for which the slow host keeps a request waiting before it hangs up; the end of the block ends it.
    """

    def __init__(self, *, at: datetime = SAMPLE_NOW, hold: float = 60.0) -> None:
        self.at = at
        self.hold = hold
        self.stopping = threading.Event()
        apology = Resource(HERE.joinpath("sorry.html").read_bytes(), "text/html; charset=utf-8", SAMPLE_BEFORE)
        self._states = {
            moment: resources(moment, midweek=moment < SAMPLE_NOW) | {SORRY: apology}
            for moment in (SAMPLE_BEFORE, SAMPLE_MIDWEEK, SAMPLE_NOW)
        }
        self._server: _Server | None = None

    def resource(self, host: str, path: str) -> Resource | None:
        """What stands at this address in the state that is being served."""
        return self._states[self.at].get((host, path))

    @property
    def hosts(self) -> Mapping[str, tuple[str, int]]:
        if self._server is None:
            raise RuntimeError("the sample week is only served inside its `with` block")
        place = ("127.0.0.1", self._server.server_port)
        return dict.fromkeys(sorted({host for host, _ in self._states[SAMPLE_NOW]} | {SLOW_HOST}), place)

    def __enter__(self) -> Self:
        self.stopping.clear()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sample-week", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a connection that is kept open must not keep the process alive

    def __init__(self, week: SampleWeek) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.week = week

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that hangs up is not worth a traceback
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        week = cast(_Server, self.server).week
        host = self.headers.get("Host", "").partition(":")[0].lower()
        if host == SLOW_HOST:
            week.stopping.wait(week.hold)
            self.close_connection = True
            return
        resource = week.resource(host, urlsplit(self.path).path)
        if resource is None:
            self._answer(404, b"<!DOCTYPE html><title>Not found</title><p>Not found", {"Content-Type": "text/html"})
            return
        self._conditional(resource)

    def _conditional(self, resource: Resource) -> None:
        etag = f'"{hashlib.sha256(resource.body).hexdigest()[:16]}"'
        modified = f"{resource.modified.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT"
        headers = {"ETag": etag, "Last-Modified": modified, "Vary": "Accept-Encoding"}
        known = self.headers.get("If-None-Match")
        if known is not None:
            unchanged = etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
        else:
            unchanged = self.headers.get("If-Modified-Since") == modified
        if unchanged:
            self._answer(304, None, headers)
            return
        body, headers["Content-Type"] = resource.body, resource.content_type
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
            headers["ETag"] = f"W/{etag}"  # same meaning, other bytes
        self._answer(200, body, headers)

    def _answer(self, status: int, body: bytes | None, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body is not None:
            self.wfile.write(body)

    def version_string(self) -> str:
        return "sample-week"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """Silent: the demo's own progress is what people want to read."""
