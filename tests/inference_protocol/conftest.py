"""A real `medmaas serve`, for clients that are not ours."""

from collections.abc import Iterator

import pytest

from benchmarks.server import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running
