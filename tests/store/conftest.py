"""Each home of the rows, for the tests that every one of them must pass."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.store.duckdb_store import DuckDBStore

Opener = Callable[[Path], DuckDBStore]

# Another home of the rows is one more entry here.
HOMES: dict[str, Opener] = {"duckdb": lambda path: DuckDBStore(path, memory_mb=100)}


@pytest.fixture(params=sorted(HOMES))
def opener(request: pytest.FixtureRequest) -> Opener:
    return HOMES[request.param]


@pytest.fixture
def store(opener: Opener, tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = opener(tmp_path / "footfall.duckdb")
    yield opened
    opened.close()
