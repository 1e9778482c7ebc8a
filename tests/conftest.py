"""Fixtures for all tests.

Where a thing is missing a test is skipped with a clear word; SEABRIDGE_TEST_ALL=1 turns that into a failure.
"""

import os
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
"""One clock for all tests: a Monday, 07:00 in Brussels."""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material: SEABRIDGE_SHARED, or the folder `shared` beside the repository."""
    folder = Path(os.environ.get("SEABRIDGE_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip(f"reference material not found at {folder} (set SEABRIDGE_SHARED)")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("SEABRIDGE_TEST_ALL") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and SEABRIDGE_TEST_ALL=1 allows no skip: {report.longrepr}"
    return report
