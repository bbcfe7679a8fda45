"""What every reader of texts promises."""

from collections.abc import AsyncIterator

import pytest
import trio

from semroute.adapters.memory import FaultyReader, WordReader
from semroute.adapters.torch import TorchClassifier
from semroute.adapters.torch.encoder import Encoder
from semroute.domain.classification import CategoryDefinition
from semroute.domain.ports import TextReader

DEFINITIONS = (CategoryDefinition("other", "small talk, greetings"),)


@pytest.fixture(params=["words", "faultless", "torch"])
async def reader(
    request: pytest.FixtureRequest, encoder: Encoder, nursery: trio.Nursery
) -> AsyncIterator[TextReader]:
    match request.param:
        case "words":
            yield WordReader()
        case "faultless":
            yield FaultyReader(WordReader())
        case _:
            torch = TorchClassifier(DEFINITIONS, load=lambda: encoder, workers=2, entities=True)
            await nursery.start(torch.run)
            yield torch
            nursery.cancel_scope.cancel()
