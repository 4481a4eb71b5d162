"""S3 and SQS of moto over HTTP, with the function's own boto3 in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local_stack import Stack, running
from medmaas.batch import handler, storage
from medmaas.model.registry import Registry
from tests.assessed import assess

from .uploads import Buckets


@pytest.fixture(scope="module")  # moto has one state per process, and other tests come, too
def stack() -> Iterator[Stack]:
    with running() as started:
        yield started


@pytest.fixture
def buckets(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    """Two buckets and an empty queue, where the function finds them."""
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    storage.client.cache_clear()
    found = Buckets(stack)
    found.take_messages()
    yield found
    storage.client.cache_clear()


@pytest.fixture
def assessed(models: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The function's models, of which survival abstains from rows without creatinine."""
    registry = Registry(assess(models))
    monkeypatch.setattr(handler, "registry", registry)
    return registry
