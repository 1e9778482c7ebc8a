"""Where things are and what time it is, from the environment. Reads no file."""

import os
from datetime import UTC, datetime
from pathlib import Path

from parsers.errors import Misconfigured, Problem


def home_folder() -> Path:
    """SEABRIDGE_HOME, else `var` in the current folder."""
    return Path(os.environ.get("SEABRIDGE_HOME") or "var").absolute()


def config_folder() -> Path:
    """SEABRIDGE_CONFIG, else `config` in the current folder, else the one beside the installed code."""
    named = os.environ.get("SEABRIDGE_CONFIG")
    if named:
        return Path(named).absolute()
    here = Path("config").absolute()
    return here if (here / "sources.toml").is_file() else shipped_config()


def shipped_config() -> Path:
    """The configuration that came with the code."""
    return Path(__file__).parent.parent / "config"


def current_time() -> datetime:
    """The clock of every step. SEABRIDGE_NOW (RFC 3339) sets another one, for rehearsals and tests."""
    named = os.environ.get("SEABRIDGE_NOW")
    if not named:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(named)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Misconfigured([Problem("environment", "SEABRIDGE_NOW", f"{named!r} is not an RFC 3339 time with offset")])
    return moment.astimezone(UTC)


def corpus_folder(config: Path) -> Path:
    """SEABRIDGE_SEEDS, else `corpus` beside the configuration; it need not exist."""
    return Path(os.environ.get("SEABRIDGE_SEEDS") or config.parent / "corpus").absolute()
