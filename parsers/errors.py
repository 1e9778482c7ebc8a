"""Every error of Seabridge, grouped by what the caller does next. Does not log and does not decide.

SeabridgeError
├── Temporary                 try again later, the source keeps its good name
│   ├── FetchFailed           no usable answer: name, connection, time, TLS, status, length, coding
│   └── Busy                  somebody else holds the database
├── Permanent                 count it, back off, go on with the next
│   ├── Refused               the address, redirect or size is not one we may follow
│   └── Unreadable            the bytes are not what they should be: quarantine them
└── Misconfigured             stop and tell the person: every problem with file, path and reason
"""

from collections.abc import Sequence
from dataclasses import dataclass


class SeabridgeError(Exception):
    """Base of all our errors; `str()` is one line that a person can act on."""


class Temporary(SeabridgeError):
    """May pass by itself."""


class Permanent(SeabridgeError):
    """Will not pass by itself."""


class FetchFailed(Temporary):
    """No usable answer. `kind` is a stable word: dns, refused, connection, timeout, tls, protocol, status, challenge,
    empty, truncated, coding, robots (its robots.txt gives no answer)."""

    def __init__(
        self, url: str, kind: str, detail: str, *, status: int | None = None, retry_after: float | None = None
    ):
        super().__init__(f"{url}: {detail}")
        self.url = url
        self.kind = kind
        self.detail = detail
        self.status = status
        self.retry_after = retry_after


class Busy(Temporary):
    """Another process holds the database. `pid` where it could be read."""

    def __init__(self, path: str, pid: int | None, detail: str):
        super().__init__(detail)
        self.path = path
        self.pid = pid


class Refused(Permanent):
    """We will not follow this address or take this answer. `kind`: address, scheme, redirect, too-large, gone,
    robots."""

    def __init__(self, url: str, kind: str, detail: str, *, status: int | None = None):
        super().__init__(f"{url}: {detail}")
        self.url = url
        self.kind = kind
        self.detail = detail
        self.status = status


class Unreadable(Permanent):
    """The bytes are no feed, page or PDF. `kind`: not-a-feed, not-a-page, not-a-pdf, encrypted, empty, parse-limit,
    parser-error, no-match (the rules of its source fit nothing); and, for what came instead of a feed, html, login,
    challenge."""

    def __init__(self, what: str, kind: str, detail: str):
        super().__init__(what, kind, detail)  # these very arguments, so that it survives the way out of a child process
        self.what = what
        self.kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.what}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in one file of the configuration. `path` like `sources[3].url`."""

    file: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.reason}" if self.path else f"{self.file}: {self.reason}"


class Misconfigured(SeabridgeError):
    """All problems of all files at once."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
