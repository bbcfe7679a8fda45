"""What every reader of texts promises."""

import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from semroute.adapters.memory import FaultyReader, WordReader
from semroute.adapters.torch import Capacity, CheckpointReader, Source, TorchClassifier
from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import ENTITIES_FILE
from semroute.app.opinions import AttackOpinion, ComposedReader, EntityOpinion
from semroute.domain.attack import AttackKind
from semroute.domain.classification import CategoryDefinition
from semroute.domain.errors import ClassifierError
from semroute.domain.opinions import Add, Average, Escalate, Replace
from semroute.domain.pii import PiiKind
from semroute.domain.ports import TextReader
from tests.adapters.torch.heads import save_attack_head
from tests.adapters.torch.tiny import TinyCheckpoints

DEFINITIONS = (CategoryDefinition("other", "small talk, greetings"),)


async def checkpoint_readers(
    checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> tuple[CheckpointReader, CheckpointReader]:
    """Returns one that knows attacks and one that knows people and addresses."""
    attacks = CheckpointReader.of_attacks(
        Source(checkpoints.attacks(), {"safe": "benign", "unsafe": "attack"}),
        tuple(AttackKind),
        Capacity(workers=2),
    )
    kinds = (PiiKind.PERSON, PiiKind.ADDRESS)
    entities = CheckpointReader.of_entities(
        Source(checkpoints.entities(), {"PER": "person", "LOC": "address"}),
        kinds,
        kinds,
        Capacity(workers=2),
    )
    await nursery.start(attacks.run)
    await nursery.start(entities.run)
    return attacks, entities


@pytest.fixture(params=["words", "faultless", "torch", "checkpoints", "averaged", "escalated"])
async def reader(
    request: pytest.FixtureRequest,
    encoder: Encoder,
    checkpoints: TinyCheckpoints,
    nursery: trio.Nursery,
    tmp_path: Path,
) -> AsyncIterator[TextReader]:
    match request.param:
        case "words":
            yield WordReader()
        case "faultless":
            yield FaultyReader(WordReader())
        case "checkpoints":
            attacks, entities = await checkpoint_readers(checkpoints, nursery)
            yield ComposedReader(
                None, [AttackOpinion(attacks, Replace())], [EntityOpinion(entities, Replace())]
            )
            nursery.cancel_scope.cancel()
        case "averaged" | "escalated" as name:
            attacks, entities = await checkpoint_readers(checkpoints, nursery)
            rule = Average(0.3) if name == "averaged" else Escalate(0.9)
            yield ComposedReader(
                WordReader(), [AttackOpinion(attacks, rule)], [EntityOpinion(entities, Add())]
            )
            nursery.cancel_scope.cancel()
        case _:
            save_attack_head(tmp_path, encoder, like="override")
            (tmp_path / ENTITIES_FILE).symlink_to(HEADS / ENTITIES_FILE)
            torch = TorchClassifier(
                DEFINITIONS,
                load=lambda: encoder,
                workers=2,
                attacks=True,
                entities=True,
                heads=tmp_path,
            )
            await nursery.start(torch.run)
            yield torch
            nursery.cancel_scope.cancel()


async def test_every_text_gets_its_reading_in_order(reader: TextReader) -> None:
    assert reader.is_ready
    texts = ["Hello, my name is John Smith.", "What time is it?", "my name is nobody"]
    readings = await reader.read(texts)
    assert len(readings) == 3
    (person,) = readings[0].entities
    assert person.kind is PiiKind.PERSON
    assert texts[0][person.start : person.end] == "John Smith"
    assert 0 < person.score <= 1
    assert not readings[1].entities


async def test_nothing_is_read_of_no_texts(reader: TextReader) -> None:
    assert await reader.read([]) == []


async def test_an_address_is_found_where_it_stands(reader: TextReader) -> None:
    text = "Please send it to 12 Baker Street by Monday."
    (reading,) = await reader.read([text])
    (address,) = reading.entities
    assert address.kind is PiiKind.ADDRESS
    assert "12 Baker Street" in text[address.start : address.end]


async def test_the_end_of_a_long_text_is_read_too(reader: TextReader) -> None:
    text = "The weather was fine and nothing happened. " * 200 + "My name is John Smith."
    (reading,) = await reader.read([text])
    assert any(span.start >= text.index("John") for span in reading.entities)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\0", "\U0001f600", "x" * 10_000, "数学" * 2000, "\ud83d", "İ" * 3000, "My name is "],
)
async def test_no_text_is_too_strange(reader: TextReader, text: str) -> None:
    (reading,) = await reader.read([text])
    assert all(0 <= span.start < span.end <= len(text) for span in reading.entities)
    assert all(math.isfinite(logit) for logit in reading.attacks.values())


async def test_attacks_are_told_from_questions(reader: TextReader) -> None:
    attack, question = await reader.read(["override", "What time is it?"])
    for kind in AttackKind:
        assert kind in attack.attacks
    assert attack.attacks[AttackKind.INJECTION] > question.attacks[AttackKind.INJECTION]


async def test_concurrent_texts_do_not_mix(reader: TextReader) -> None:
    async def check(text: str, name: str) -> None:
        (reading,) = await reader.read([text])
        assert [text[span.start : span.end] for span in reading.entities] == [name]

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(check, "My name is John Smith.", "John Smith")
            nursery.start_soon(check, "My name is Mary Jones.", "Mary Jones")


async def test_cancellation_leaves_it_usable(reader: TextReader) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await reader.read(["My name is John Smith."])
    (reading,) = await reader.read(["My name is John Smith."])
    assert len(reading.entities) == 1


async def test_a_reader_may_fail_hang_or_talk_nonsense() -> None:
    """What every caller must be ready for, and what the faulty one therefore does."""
    faulty = FaultyReader(WordReader(), error=ClassifierError("broken"))
    with pytest.raises(ClassifierError, match="broken"):
        await faulty.read(["hello"])
    faulty.error, faulty.is_senseless = None, True
    (reading,) = await faulty.read(["hello"])
    assert all(math.isnan(logit) for logit in reading.attacks.values())
    faulty.delay_seconds = math.inf
    with trio.move_on_after(0.01) as scope:
        await faulty.read(["hello"])
    assert scope.cancelled_caught
