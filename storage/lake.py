"""Opens a lake: DuckLake with its catalogue in PostgreSQL, in the place of the live file. Knows no table.

Processes of several hosts have it open at once. They read freely and write one transaction after the other, see
lake_lock.
"""

import importlib.util
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem, Temporary
from storage.holders import this_process
from storage.lake_address import LakeAddress, parse_lake_url
from storage.lake_lock import CATALOGUE, alone, kept_apart
from storage.lake_schema import LAKE, is_newest, renew_schema
from storage.quoting import literal
from storage.writing import disk_watched

PATIENCE = 300.0
"""Seconds that a transaction waits for those of others."""
MARK = "seabridge-lake"
"""A file in the folder of the data: a share that is not mounted is an empty folder without it."""
_CONNECT_SECONDS = 10
_KEPT_DAYS = 2
"""Files of unfinished or replaced work stay so long: a reader or writer of another host may still be at them."""
_REASON = re.compile(r'Unable to connect to Postgres at "[^"]*": (?:connection to server .*? failed: )?')
_LOST = re.compile(
    r"Unable to connect to Postgres|server closed the connection|no connection to the server|SSL SYSCALL"
    r"|terminating connection|Connection (?:refused|reset)|could not (?:send|receive) data"
)
_NOT_NOW = re.compile(r"starting up|shutting down|recovery mode|too many (?:clients|connections)|remaining connection")


@contextmanager
def open_lake(
    url: str, *, wait: float = PATIENCE, create: bool = False, still: Callable[[], bool] = lambda: True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the lake for reading and writing, in the newest schema, with UTC as time zone; closed on the way out.

    Storage functions work on it as on the live file.

    Args:
        url: as of `lake_address.parse_lake_url`.
        wait: seconds that a transaction may wait for writers of other processes; then it raises Busy.
        create: make the lake where there is none; otherwise that is a mistake in the URL.
        still: whether the home lives in this lake, asked before each transaction.

    Raises:
        Temporary: the catalogue does not answer, or has gone in the middle; what was committed is safe.
        Misconfigured: the URL is wrong, PostgreSQL lets us not in, there is no lake or a newer one, the folder of the
            data is missing, not mounted or full, an extension of DuckDB is not installed.
    """
    where = parse_lake_url(url)
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        with _told(where), disk_watched(where.data):
            con.execute("SET TimeZone='UTC'")
            con.execute("SET enable_progress_bar=false")  # it would be written to stdout, even into a pipe
            for name in ("postgres_scanner", "ducklake"):
                con.execute(f"LOAD {literal(_extension(name))}")
            _attach_catalogue(con, where)
            _refuse_folder(where)
            with kept_apart(con, str(where), wait, still):
                _attach_lake(con, where, create=create)
                yield con
    finally:
        con.close()


def tidy_lake(con: duckdb.DuckDBPyConnection) -> None:
    """Put small files together and drop those that nobody needs since some days, also what killed writers left over.

    Every transaction adds a file for each table that it changes. Writers wait meanwhile.
    """
    with alone(con):
        for name, value in (("expire_older_than", f"{_KEPT_DAYS} days"), ("delete_older_than", f"{_KEPT_DAYS} days")):
            con.execute(f"CALL {LAKE}.set_option('{name}', '{value}')")
        con.execute(f"CHECKPOINT {LAKE}")


def lake_bytes(con: duckdb.DuckDBPyConnection) -> int:
    """Bytes of the Parquet files that hold what is stored now."""
    found = con.execute(
        f"SELECT coalesce(sum(file_size_bytes + delete_file_size_bytes), 0) FROM ducklake_table_info('{LAKE}')"  # noqa: S608
    ).fetchall()
    return int(found[0][0])


def _extension(name: str) -> str:
    """The file of an extension that pip has installed; DuckDB would ask the network for it."""
    package = f"duckdb_extension_{name}"
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    found = [
        path for folder in folders or () for path in Path(folder).rglob(f"v{duckdb.__version__}/*.duckdb_extension")
    ]
    if not found:
        pinned = f"{package.replace('_', '-')}=={duckdb.__version__}"
        raise Misconfigured([Problem(pinned, "", f"a lake needs it: pip install {pinned}")])
    return str(found[0])


def _attach_catalogue(con: duckdb.DuckDBPyConnection, where: LakeAddress) -> None:
    """Host and password go into a secret of this connection: a path would stand in messages and in system tables."""
    given = {"HOST": where.host, "PORT": where.port, "USER": where.user, "PASSWORD": where.password}
    parts = [f"{name} {literal(str(value))}" for name, value in given.items() if value]
    con.execute(f"CREATE SECRET catalogue (TYPE postgres, DATABASE {literal(where.database)}, {', '.join(parts)})")
    con.execute(f"ATTACH {literal(_options(where))} AS {CATALOGUE} (TYPE postgres, SECRET catalogue, READ_ONLY)")


def _options(where: LakeAddress) -> str:
    """For libpq. `application_name` tells others who holds the lock; the rest finds out that the server is gone."""
    me = this_process()
    name = re.sub(r"[^\w .-]", "", f"seabridge on {me.host} PID {me.pid}")
    ssl = f" sslmode={where.sslmode}" if where.sslmode else ""
    return (
        f"application_name='{name}' connect_timeout={_CONNECT_SECONDS}"
        f" keepalives_idle=30 keepalives_interval=10 keepalives_count=3{ssl}"
    )


def _refuse_folder(where: LakeAddress) -> None:
    try:
        is_folder = stat.S_ISDIR(where.data.stat().st_mode)
        reason = "" if is_folder else "is no folder"
    except OSError as problem:
        reason = f"cannot be used: {problem.strerror}"
    if reason:
        remedy = "the lake's data lie in a folder that every host has under this name; make or mount it"
        raise Misconfigured([Problem(str(where.data), "data", f"{reason}; {remedy}")])


def _attach_lake(con: duckdb.DuckDBPyConnection, where: LakeAddress, *, create: bool) -> None:
    mark = where.data / MARK
    if create:
        with alone(con):
            if not _attach(con, where):
                _refuse_used_folder(where)
                _attach(con, where, new=True)
            mark.touch()
            _renew(con, where)
        return
    if not _attach(con, where):
        raise Misconfigured(
            [Problem(str(where), "", "there is no lake in this database; seabridge migrate-to makes one")]
        )
    if not mark.is_file():
        reason = f"has no file {MARK}: mount the folder in which the lake was made (an empty one would lose data)"
        raise Misconfigured([Problem(str(where.data), "data", reason)])
    if not is_newest(con, str(where)):
        with alone(con):
            _renew(con, where)


def _refuse_used_folder(where: LakeAddress) -> None:
    """Of two lakes in one folder each would take the other's files for rubbish, see `tidy_lake`."""
    if any(where.data.iterdir()):
        raise Misconfigured([Problem(str(where.data), "data", "is not empty; a new lake needs a folder of its own")])


def _attach(con: duckdb.DuckDBPyConnection, where: LakeAddress, *, new: bool = False) -> bool:
    """False where there is no lake and no `new` one is wanted.

    Without inlining: text in the catalogue may have no NUL, and 50 MB of it took 17 seconds (measured).
    """
    path = literal(f"ducklake:postgres:{_options(where)}")
    try:
        con.execute(
            f"ATTACH {path} AS {LAKE} (META_SECRET 'catalogue', DATA_PATH {literal(f'{where.data}/')},"
            f" DATA_INLINING_ROW_LIMIT 0, CREATE_IF_NOT_EXISTS {str(new).lower()})"
        )
    except duckdb.Error as problem:
        if "creating a new DuckLake is explicitly disabled" in str(problem):
            return False
        if "does not match existing data path" in str(problem):
            reason = f"the lake there was made with another folder of data than {where.data}: name that one"
            raise Misconfigured([Problem(str(where), "", reason)]) from None
        raise
    con.execute(f"USE {LAKE}")
    return True


def _renew(con: duckdb.DuckDBPyConnection, where: LakeAddress) -> None:
    if not is_newest(con, str(where)):  # another process may just have done it
        renew_schema(con, str(where))


@contextmanager
def _told(where: LakeAddress) -> Iterator[None]:
    """A catalogue that is not there becomes one sentence. No secret is in DuckDB's words: they quote the path alone."""
    try:
        yield
    except duckdb.Error as problem:
        text = str(problem)
        if not _LOST.search(text):
            raise
        said = _REASON.sub("\0", text).rpartition("\0")[2].strip().partition("\n")[0]
        if ("FATAL" in said or "password" in said) and not _NOT_NOW.search(said) and "terminating" not in said:
            reason = (
                f"PostgreSQL does not let us in: {said}; the password belongs into ~/.pgpass, PGPASSWORD or the URL"
            )
            raise Misconfigured([Problem(str(where), "", reason)]) from None
        raise Temporary(
            f"the catalogue of {where} does not answer ({said}); what was committed is safe, try again"
        ) from None
