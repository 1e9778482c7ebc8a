"""Small builders of feeds, configuration folders and web servers for tests that use the product as its users do."""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).parent.parent / "config"
_FOREIGN = re.compile(r'(?ms)^(?:fr|de|es|it|pl|nl|sv) = (?:""".*?"""|"[^"\n]*")[^\n]*\n')
Answer = tuple[int, str, bytes]
"""Status, content type, body."""


def rss(*entries: tuple[str, datetime | None, str], link: str = "http://news.example/") -> bytes:
    """An RSS 2.0 feed of (title, published, text); the number of an entry is its identity."""
    items = "".join(
        f"<item><guid>{number}</guid><link>{link}{number}</link><title>{escape(title)}</title>"
        + (f"<pubDate>{format_datetime(when)}</pubDate>" if when else "")
        + f"<description>{escape(text)}</description></item>"
        for number, (title, when, text) in enumerate(entries)
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def source_table(source_id: str, url: str, **more: Any) -> dict[str, Any]:
    """A `[[sources]]` table for a feed on this machine, without its pages."""
    return {
        "id": source_id,
        "name": source_id.title(),
        "url": url,
        "form": "feed",
        "language": "en",
        "country": "BE",
        "publisher_type": "press",
        "family": source_id,
        "weight": 3,
        "status": "sample",
        "local": True,
        "pages": False,
    } | more


def config_folder(
    folder: Path,
    sources: Sequence[Mapping[str, Any]],
    *,
    recipients: Sequence[str] = (),
    smtp_port: int | None = None,
    every_language: bool = False,
) -> Path:
    """A copy of the repository's configuration with other sources, seeds without addresses, and these recipients.

    Args:
        every_language: for items of the sample week, which is in six. Else the topics have their English phrases alone:
            every command reads them all, and every child that judges compiles them.
    """
    (folder / "topics").mkdir(parents=True, exist_ok=True)
    shutil.copy(CONFIG / "digest.toml", folder)
    for name, text in _topics(every_language).items():
        (folder / name).write_text(text)
    seeds = (CONFIG / "seeds.toml").read_text().splitlines(keepends=True)
    (folder / "seeds.toml").write_text("".join(line for line in seeds if not line.startswith("url =")))
    (folder / "sources.toml").write_text("\n".join(_table("sources", source) for source in sources))
    if recipients:
        tables = [_table("recipients", {"address": address}) for address in recipients]
        (folder / "recipients.toml").write_text("\n".join(tables))
    if smtp_port is not None:
        with (folder / "digest.toml").open("a") as file:
            file.write(f'\n[smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "none"\ndeadline = 20\n')
    return folder


@cache
def _topics(every_language: bool) -> Mapping[str, str]:
    """The files of the repository's topics, by their path in the folder."""
    paths = [CONFIG / "topics.toml", *sorted((CONFIG / "topics").glob("*.toml"))]
    texts = {path.relative_to(CONFIG).as_posix(): path.read_text() for path in paths}
    return texts if every_language else {name: _FOREIGN.sub("", text) for name, text in texts.items()}


def _table(name: str, values: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in values.items() if not isinstance(value, Mapping) and value is not None}
    lines = [f"[[{name}]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items())]
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"[{name}.{key}]", *(f"{k} = {json.dumps(v)}" for k, v in value.items() if v is not None)]
    return "\n".join(lines) + "\n"


@contextmanager
def web_server(
    answers: Mapping[tuple[str, str], Answer], heard: Callable[[str], None] = lambda path: None, address: str = ""
) -> Iterator[int]:
    """Serve (host, path) -> answer on a free port while the block runs; `heard` is called for each request, first.

    The host is an address of this machine, like 127.0.0.1; `address`: where to listen, empty for all of them.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            heard(self.path)
            host = self.headers.get("Host", "").partition(":")[0]
            status, kind, body = answers.get((host, self.path), (404, "text/html", b"<title>Not found</title>"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is not worth a traceback."""

    server = Server((address, 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
