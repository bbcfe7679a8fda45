import logging
from collections.abc import Iterator

import pytest

from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.encoder import Encoder
from tests.adapters.torch.tiny import TinyCheckpoints
from tests.costs import settle


def pytest_collection_finish() -> None:
    settle()


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real encoder, loaded once for all tests."""
    return load_encoder()


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> TinyCheckpoints:
    """Small checkpoints, each built once for all tests; tests that change one copy it."""
    return TinyCheckpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Undoes what a test does to the logging of the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
