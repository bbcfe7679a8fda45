"""Checkpoints of three architectures, loaded and read."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from semroute.adapters.torch import CheckpointError
from semroute.adapters.torch.checkpoints.network import Head, Network
from semroute.adapters.torch.files import CheckpointFiles
from tests.adapters.torch.tiny import MAX_TOKENS, Family, TinyCheckpoints

FAMILIES: tuple[Family, ...] = ("bert", "modernbert", "deberta")
HEADS = {Head.TEXT: "SequenceClassification", Head.TOKEN: "TokenClassification"}
TEXTS = (
    "can my landlord evict me",
    "hello",
    "",
    "x" * 50,
    "\ud83d 数学",
    "solve the equation " * 9,
)


def network(directory: Path, head: Head = Head.TEXT, max_tokens: int = 512) -> Network:
    return Network.load(CheckpointFiles.open(directory), head, max_tokens)


def copied(directory: Path, target: Path) -> Path:
    shutil.copytree(directory, target)
    return target


def with_weights(directory: Path, **changes: Any) -> None:
    """Replaces some weights; None takes them out."""
    path = directory / "model.safetensors"
    tensors = load_file(path) | changes
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    save_file(kept, path, {"format": "pt"})


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("head", HEADS, ids=HEADS.get)
def test_it_says_what_transformers_says(
    checkpoints: TinyCheckpoints, family: Family, head: Head
) -> None:
    import torch  # noqa: PLC0415 - slow, and only here
    import transformers  # noqa: PLC0415 - likewise
    from tokenizers import Tokenizer  # noqa: PLC0415 - likewise

    directory = checkpoints.random(family, HEADS[head])
    loader: Any = getattr(transformers, f"AutoModelFor{HEADS[head]}")
    model = loader.from_pretrained(directory, local_files_only=True).eval()
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = [text for text in TEXTS if text.isascii()]
    for text, rows in zip(texts, network(directory, head).read(texts), strict=True):
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.inference_mode():
            expected = model(input_ids=ids).logits[0].numpy()
        if ids.shape[1] <= MAX_TOKENS:
            (row,) = rows
            assert row.logits.shape == expected.shape
            assert np.abs(row.logits - expected).max() < 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_do_not_depend_on_their_neighbours(
    checkpoints: TinyCheckpoints, family: Family
) -> None:
    loaded = network(checkpoints.random(family, HEADS[Head.TOKEN]), Head.TOKEN)
    for rows, text in zip(loaded.read(TEXTS), TEXTS, strict=True):
        for row, alone in zip(rows, loaded.read([text])[0], strict=True):
            assert row.offsets == alone.offsets
            assert np.abs(row.logits - alone.logits).max() < 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_all_of_a_long_text_is_read_in_rows_that_overlap(
    checkpoints: TinyCheckpoints, family: Family
) -> None:
    loaded = network(checkpoints.random(family, HEADS[Head.TOKEN]), Head.TOKEN, max_tokens=24)
    text = "can my landlord evict me, or solve the equation? " * 12
    (rows,) = loaded.read([text])
    assert len(rows) > 5
    assert all(len(row.offsets) <= 24 for row in rows)
    covered = 0
    for row in rows:
        spans = [
            span for span, word in zip(row.offsets, row.words, strict=True) if word is not None
        ]
        assert covered == 0 or spans[0][0] < covered
        covered = max(end for _, end in spans)
        assert row.weight == len(spans)
    assert covered >= len(text.rstrip())


@pytest.mark.parametrize(("asked", "limit"), [(16, 16), (512, MAX_TOKENS)])
def test_it_is_given_as_many_tokens_as_it_takes_and_somebody_wants(
    checkpoints: TinyCheckpoints, asked: int, limit: int
) -> None:
    loaded = network(checkpoints.random("bert", HEADS[Head.TEXT]), max_tokens=asked)
    assert loaded.max_tokens == limit


def test_one_that_takes_next_to_nothing_is_refused(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("bert", HEADS[Head.TEXT], max_position_embeddings=4)
    with pytest.raises(CheckpointError, match="it takes 4 tokens"):
        network(directory)


def test_one_that_takes_fewer_tokens_than_it_says_is_refused(
    checkpoints: TinyCheckpoints, tmp_path: Path
) -> None:
    """As RoBERTa's, whose first two positions are no tokens'."""
    import transformers  # noqa: PLC0415 - slow, and only here

    directory = copied(checkpoints.random("bert", HEADS[Head.TEXT]), tmp_path / "roberta")
    config = transformers.RobertaConfig(
        vocab_size=400,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=66,
        pad_token_id=1,
    )
    transformers.RobertaForSequenceClassification(config).save_pretrained(directory)
    with pytest.raises(CheckpointError, match=r"fails on a text of 66 tokens.*`max_tokens`"):
        network(directory)
    assert network(directory, max_tokens=64).max_tokens == 64


def test_one_with_another_head_is_refused(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("modernbert", HEADS[Head.TOKEN])
    with pytest.raises(CheckpointError, match="ModernBertForTokenClassification, and this takes"):
        network(directory)


def test_what_the_weights_lack_is_not_made_up(checkpoints: TinyCheckpoints, tmp_path: Path) -> None:
    directory = copied(checkpoints.random("bert", HEADS[Head.TEXT]), tmp_path / "base")
    with_weights(directory, **{"classifier.weight": None, "classifier.bias": None})
    with pytest.raises(CheckpointError, match=r"no weights for classifier\.bias: it is a base"):
        network(directory)


def test_weights_of_another_shape_are_refused(checkpoints: TinyCheckpoints, tmp_path: Path) -> None:
    directory = copied(checkpoints.random("bert", HEADS[Head.TEXT]), tmp_path / "other")
    with_weights(directory, **{"classifier.bias": np.zeros(7, np.float32)})
    with pytest.raises(CheckpointError, match="other cannot be loaded"):
        network(directory)


def test_one_that_comes_to_no_number_is_refused(
    checkpoints: TinyCheckpoints, tmp_path: Path
) -> None:
    directory = copied(checkpoints.random("bert", HEADS[Head.TEXT]), tmp_path / "nan")
    with_weights(directory, **{"classifier.bias": np.full(3, np.nan, np.float32)})
    with pytest.raises(CheckpointError, match="its outputs are no numbers"):
        network(directory)


def test_an_unknown_architecture_is_refused(checkpoints: TinyCheckpoints, tmp_path: Path) -> None:
    directory = copied(checkpoints.random("bert", HEADS[Head.TEXT]), tmp_path / "new")
    config = json.loads((directory / "config.json").read_text())
    (directory / "config.json").write_text(json.dumps(config | {"model_type": "nobody-knows"}))
    with pytest.raises(CheckpointError, match="new cannot be loaded"):
        network(directory)


@pytest.mark.parametrize("content", [b"{}", b"\0", b'{"model": 7}'])
def test_a_damaged_tokenizer_is_refused(
    checkpoints: TinyCheckpoints, tmp_path: Path, content: bytes
) -> None:
    directory = copied(checkpoints.random("bert", HEADS[Head.TEXT]), tmp_path / "torn")
    (directory / "tokenizer.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"tokenizer\.json cannot be loaded"):
        network(directory)


def test_another_model_s_tokenizer_is_refused(checkpoints: TinyCheckpoints, tmp_path: Path) -> None:
    directory = copied(
        checkpoints.random("bert", HEADS[Head.TEXT], vocab_size=8), tmp_path / "mixed"
    )
    with pytest.raises(CheckpointError, match=r"tokenizer\.json belongs to another model"):
        network(directory)
