"""kill -9 between the stages of a run and at random moments: nothing is lost or half, and the next run heals."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from drivers import REPOSITORY


@pytest.fixture(scope="module")
def kills() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kills", REPOSITORY / "tests" / "benchmarks" / "kills.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kills"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_s_2_killed_between_the_stages(kills: ModuleType, tmp_path: Path) -> None:
    """S-2: killed behind a commit, between fetched and stored, judged, composed or published: the next run does the
    rest, and leaves the rows of a run that nobody disturbed. The same for a random moment."""
    done = kills.kill_behind_commits([("collect", 3), ("digest", 1)], tmp_path / "stages")
    assert done.losses == []
    assert done.killed.total() == done.rounds == 2
    done = kills.kill_at_random(1, 4, tmp_path / "random")
    assert done.losses == []
    assert done.rounds == 1
