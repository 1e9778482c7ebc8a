"""Analysts read the snapshot without a pause, while flows publish one after the other."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, LoopbackWeb, Seabridge

from flows.sample_server import SAMPLE_NOW
from storage.snapshot import PUBLIC, older_snapshots, snapshot_path

READER = """
import json, select, sys

import duckdb

path, tables = sys.argv[1], json.loads(sys.argv[2])
wrong, seen, newest, rounds = [], set(), None, 0
while not select.select([sys.stdin], [], [], 0.05)[0]:
    with duckdb.connect(path, read_only=True) as con:
        def one(sql):
            return con.execute(sql).fetchall()[0]
        (published,) = one("SELECT published_at FROM v_snapshot")
        (items, indexed, hits) = one(
            "SELECT (SELECT count(*) FROM v_items), (SELECT search_items FROM v_snapshot),"
            " (SELECT count(*) FROM search_items('arrangement'))"
        )
        counted = {table: one(f"SELECT count(*) FROM {table}")[0] for table in tables}
        claimed = dict(con.execute("FROM snapshot_counts").fetchall())
        (unbalanced,) = one("SELECT count(*) FROM v_balance WHERE difference <> 0")
        (unfinished,) = one("SELECT count(*) FROM runs WHERE state = 'running'")
    if counted != claimed:
        wrong.append(f"counts: {counted} {claimed}")
    if not items == indexed == hits == counted["items"]:
        wrong.append(f"items: {items} {indexed} {hits}")
    if unbalanced or unfinished:
        wrong.append(f"{unbalanced} do not balance, {unfinished} are torn")
    if newest is not None and published < newest:
        wrong.append(f"{published} after {newest}")
    newest = published
    seen.add(items)
    rounds += 1
print(json.dumps({"wrong": wrong, "seen": sorted(seen), "rounds": rounds}))
"""


@pytest.mark.slow
def test_two_readers_during_twenty_flows(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """No error and no torn state: every table has the rows that the file claims, all is balanced, time only goes on."""
    entries = [
        (f"EU and US sign arrangement {number} on defence cooperation", SAMPLE_NOW - timedelta(hours=30 - number),
         f"The European Defence Agency and the Pentagon have signed arrangement {number}.")
        for number in range(21)
    ]  # fmt: skip

    def flow(number: int) -> int:
        if number % 3:
            return seabridge("publish", now=(SAMPLE_NOW + timedelta(hours=number)).isoformat()).code
        config_folder(seabridge.config, [source_table("one", web.put("/feed", rss(*entries[: number + 1])))])
        return seabridge("collect", now=(SAMPLE_NOW + timedelta(hours=number)).isoformat()).code

    assert flow(0) == 0
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(snapshot_path(seabridge.home)), json.dumps([*PUBLIC])],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    codes = [flow(number) for number in range(1, 21)]
    told = [json.loads(reader.communicate("stop\n")[0]) for reader in readers]

    assert codes == [0] * 20
    assert [reader.returncode for reader in readers] == [0, 0]
    assert [one["wrong"] for one in told] == [[], []]
    assert all(len(one["seen"]) > 3 for one in told)
    assert len(older_snapshots(seabridge.home)) == 2
