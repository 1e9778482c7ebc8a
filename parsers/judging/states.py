"""The names of what can be the matter with a source, with weight, words and what to do. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

HARD, SOFT, TEMPORARY, NONE = 1.0, 0.5, 0.25, 0.0
"""What one failed visit adds to a source's trouble: hard for what somebody must mend, soft for what a server says of
itself (404, 429, 5xx), temporary for what happens on the way. Media Cloud's grades, found on 180,000 feeds, many of
which came back from what looked like death."""
TROUBLE = 1.0
"""From here on a source is in trouble: one hard failure, two soft ones or four temporary ones in a row."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One named state.

    Attributes:
        weight: of one failed visit in this state; 0 for what was read.
        words: for a reader, to stand after the name of a source.
        remedy: one line for the operator; empty where nothing is to be done.
    """

    weight: float
    words: str
    remedy: str


_LOOK = "look at the address in a browser"
_FIND = "seabridge sources add HOMEPAGE looks for the feed"
_QUERY = "ask the publisher, set user_agent, or use a query source for the site"

STATES: Mapping[str, Standing] = {
    "ok": Standing(NONE, "answers as it should", ""),
    # what was read, but is not as it should be
    "altered": Standing(NONE, "speaks another language and holds other entries than before", f"{_LOOK}: is it sold?"),
    "shrunk": Standing(NONE, "suddenly holds hardly any entries", f"{_LOOK}: was the feed moved or cut?"),
    "no-entries": Standing(NONE, "answers, but holds no entries", f"{_LOOK}: is this still the right feed?"),
    "restless": Standing(
        NONE, "calls nearly all its entries new at every visit", "its identifiers change, or it is asked too seldom"
    ),
    "silent": Standing(NONE, "has brought nothing for unusually long", f"{_LOOK}: is there news that the feed lacks?"),
    "burst": Standing(NONE, "brings unusually much", "look at its entries of today: news, or an archive republished?"),
    "undated": Standing(NONE, "gives its entries no dates", "pages are asked for dates; a listing may have them"),
    "stale": Standing(NONE, "has had nothing new for two months", f"is this the right address? {_FIND}"),
    # an answer that is not what was asked for
    "empty": Standing(HARD, "answers without content", "a firewall may want a browser: " + _QUERY),
    "waf": Standing(HARD, "answers 202 without content", "a firewall wants a browser: " + _QUERY),
    "html": Standing(HARD, "sends a web page in the place of the feed", f"{_FIND}, or read it as a listing"),
    "login": Standing(HARD, "asks for a password", "find an open feed, or send a key with headers"),
    "challenge": Standing(HARD, "asks for proof of being human", _QUERY),
    "blocked": Standing(HARD, "refuses us", _QUERY),
    "gone": Standing(HARD, "is gone for good", f"not asked again until named or moved: {_FIND}, or remove it"),
    "missing": Standing(SOFT, "is not at its address", _FIND),
    "rate-limited": Standing(SOFT, "says that it is asked too often", "nothing to do: it is asked less often now"),
    "server-error": Standing(SOFT, "has a fault of its own", "nothing to do, unless it stays so for days"),
    "status": Standing(HARD, "answers with an error", _LOOK),
    "not-a-feed": Standing(HARD, "sends something that is no feed", f"{_LOOK}; {_FIND}"),
    "no-match": Standing(
        HARD, "no longer looks as it did", "mend [sources.listing] or [sources.records] of the source in sources.toml"
    ),
    "parse-limit": Standing(HARD, "sends something that takes too long to read", f"{_LOOK}; report it if it is sound"),
    "parser-error": Standing(HARD, "sends something that cannot be read", "please report it, with its address"),
    "too-large": Standing(HARD, "sends too much", "look for a feed of its news alone"),
    "redirect": Standing(HARD, "leads astray", "look where the address leads and change url"),
    "scheme": Standing(HARD, "leads to what is no web address", "look where the address leads and change url"),
    "address": Standing(HARD, "has an address inside a private network", "set local = true if that is meant"),
    "robots": Standing(SOFT, "asks programs to stay away", "read its robots.txt; look for a feed, which is offered"),
    # no answer
    "dns": Standing(TEMPORARY, "has a name that is not known", "if it stays so: was the site renamed?"),
    "refused": Standing(TEMPORARY, "does not accept connections", "nothing to do, unless it stays so for days"),
    "connection": Standing(TEMPORARY, "cannot be reached", "nothing to do, unless it stays so for days"),
    "timeout": Standing(TEMPORARY, "does not answer in time", "nothing to do, unless it stays so for days"),
    "tls": Standing(
        HARD, "has a certificate that cannot be trusted", f"{_LOOK}; verify_tls = false is the last resort"
    ),
    "protocol": Standing(TEMPORARY, "does not speak HTTP as it should", "nothing to do, unless it stays so for days"),
    "truncated": Standing(TEMPORARY, "breaks off in the middle", "nothing to do, unless it stays so for days"),
    "coding": Standing(SOFT, "packs its answer in a way that we did not ask for", "please report it, with its address"),
    "internal": Standing(HARD, "could not be read for a fault of ours", "please report it"),
    "failed": Standing(HARD, "could not be read", _LOOK),
}
"""Every state. Of several that were read the first in this order is told."""
ANSWERS = tuple(name for name, state in STATES.items() if state.weight == NONE and name != "ok")
"""What can be the matter with an answer that was read, gravest first."""
DOUBTFUL = frozenset({"altered", "shrunk", "no-entries", "silent", "undated", "stale"})
"""In these a source is read, but a week without news of it may not have been one."""
_BY_STATUS: Mapping[int, str] = {
    401: "blocked",
    403: "blocked",
    451: "blocked",
    404: "missing",
    410: "gone",
    429: "rate-limited",
}


def failure_named(kind: str | None, status: int | None) -> str:
    """The state of a visit that failed with this kind (see `parsers.errors`) and HTTP status."""
    if kind == "status" and status is not None:
        return "server-error" if 500 <= status < 600 else _BY_STATUS.get(status, "status")
    if kind == "empty" and status == 202:
        return "waf"
    return kind if kind is not None and kind in STATES and STATES[kind].weight else "failed"
