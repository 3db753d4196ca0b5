"""One running server for all tests of this folder: they ask, and change nothing that another one looks at."""

from collections.abc import Iterator

import pytest

from tests.server import Server


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("served") / "data", sites={"shop.example": "UTC", "other.example": "UTC"}) as running:
        yield running
