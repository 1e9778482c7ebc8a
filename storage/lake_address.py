"""Reads the one string that says where a lake lies, and keeps it beside the data. Opens no lake."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from parsers.errors import Misconfigured, Problem

URL_NAME = "lake.url"
EXAMPLE = "postgres://user@host:5432/database?data=/shared/folder"
_SCHEMES = ("postgres", "postgresql")
_KNOWN = frozenset({"data", "host", "sslmode"})
_SSL = re.compile(r"disable|allow|prefer|require|verify-ca|verify-full")


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """Where a lake lies; `str()` of it is the URL without the password.

    Attributes:
        host: name, number or, from a slash on, folder of a unix socket; '' and None elsewhere leave it to the usual
            variables of PostgreSQL (PGHOST, PGUSER, PGPASSWORD) and ~/.pgpass.
        data: the folder of the Parquet files, the same on every host.
    """

    host: str
    port: int | None
    user: str | None
    password: str | None = field(repr=False)
    database: str
    sslmode: str | None
    data: Path

    def __str__(self) -> str:
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        is_socket = self.host.startswith("/")
        host = "" if is_socket else f"[{self.host}]" if ":" in self.host else self.host
        asked = [f"data={quote(str(self.data))}"]
        asked += [f"host={quote(self.host)}"] if is_socket else []
        asked += [f"sslmode={self.sslmode}"] if self.sslmode else []
        return f"postgres://{user}{host}{port}/{quote(self.database, safe='')}?{'&'.join(asked)}"


def parse_lake_url(url: str) -> LakeAddress:
    """The parts of `postgres://user:password@host:port/database?data=/shared/folder`.

    `host=/folder` after the question mark names a unix socket, `sslmode=` is what libpq knows by that name.

    Raises:
        Misconfigured: tells what is wrong, never with the password.
    """
    problems: list[str] = []
    parts, port = _split(url.strip(), problems)
    asked = parse_qs(parts.query, keep_blank_values=True)
    problems += [
        f"{_named(name)} is not known; there are {', '.join(sorted(_KNOWN))}" for name in sorted(set(asked) - _KNOWN)
    ]
    problems += [f"{name!r} is there twice" for name in sorted(asked) if len(asked[name]) > 1]
    data, host, sslmode = (asked.get(name, [""])[0] for name in ("data", "host", "sslmode"))
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in _SCHEMES:
        problems.append("it does not begin with postgres://")
    if not database or "/" in database:
        problems.append("it names no database after the host")
    if not data.startswith("/"):
        kind = (
            "an address, and only a folder that all hosts share"
            if "://" in data
            else "no absolute path, and only one that all hosts share"
        )
        problems.append(f"data={data} is {kind} is supported" if data else "it has no data=/shared/folder")
    if sslmode and not _SSL.fullmatch(sslmode):
        problems.append(f"sslmode={sslmode} is not known to PostgreSQL")
    if any(ord(one) < 32 for one in unquote(url)):
        problems.append("it has control characters in it")
    if problems:
        raise Misconfigured(
            [Problem("lake", "URL", f"{problem}; it should look like {EXAMPLE}") for problem in problems]
        )
    return LakeAddress(
        host=host or parts.hostname or "",
        port=port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        database=database,
        sslmode=sslmode or None,
        data=Path(os.path.normpath(data)),
    )


def _named(option: str) -> str:
    """An option as it may be shown: behind a `?` in a password comes a part of the password."""
    return repr(option) if option.isidentifier() else "what follows the first ? (in a password write %3F)"


def _split(url: str, problems: list[str]) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:  # its words would quote the URL
        problems.append("host or port cannot be read")
        return SplitResult("", "", "", "", ""), None


def lake_url(home: Path) -> str | None:
    """The URL of the lake in which this home lives; None where it lives in the live file.

    One line in a file, no variable of the environment: a schedule that lacks a variable would quietly begin a new and
    empty live file, while the file is there for every process and host that shares the folder.

    Raises:
        Misconfigured: the file is there and cannot be read.
    """
    path = home / URL_NAME
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as problem:
        raise Misconfigured([Problem(str(path), "", f"cannot be read: {problem}")]) from problem
    if not text:
        raise Misconfigured([Problem(str(path), "", "is empty; it holds one line, the URL of the lake")])
    return text


def remember_lake(home: Path, url: str) -> None:
    """From now on this home lives in that lake; the file is for its owner alone, for it may hold a password."""
    unfinished = home / f"{URL_NAME}.new"
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "x", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(f"{url.strip()}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(home / URL_NAME)


def forget_lake(home: Path) -> None:
    """From now on this home lives in its live file again."""
    (home / URL_NAME).unlink(missing_ok=True)
