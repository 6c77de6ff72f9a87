from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from monitor.engine.local import LocalEngine
from monitor.store.sqlite import SqliteStore, open_store


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    made = open_store("sqlite::memory:")
    yield made
    made.close()


@pytest.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    made = LocalEngine()
    yield made
    made.close()
