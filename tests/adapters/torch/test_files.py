"""Directories that are refused before anything in them is loaded."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from semroute.adapters.torch import CheckpointError, load_encoder
from semroute.adapters.torch.files import CheckpointFiles
from tests.adapters.torch.tiny import TinyCheckpoints


@pytest.fixture
def directory(checkpoints: TinyCheckpoints, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return copy_of(checkpoints.random("bert", "SequenceClassification"), tmp_path / "mine")


def copy_of(directory: Path, target: Path) -> Path:
    shutil.copytree(directory, target)
    return target


def changed(name: str, **changes: object) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        path = directory / name
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def with_file(name: str, content: bytes = b"x") -> Callable[[Path], None]:
    def add(directory: Path) -> None:
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_bytes(content)

    return add


def without(name: str) -> Callable[[Path], None]:
    return lambda directory: (directory / name).unlink()


def cut(name: str, share: float) -> Callable[[Path], None]:
    def shorten(directory: Path) -> None:
        content = (directory / name).read_bytes()
        (directory / name).write_bytes(content[: int(len(content) * share)])

    return shorten


def as_in_the_cache(directory: Path) -> None:
    """Hugging Face's cache keeps blobs beside its snapshots, which are full of links."""
    blob = directory.parent / "blob"
    (directory / "model.safetensors").rename(blob)
    (directory / "model.safetensors").symlink_to("../blob")


def with_directory_elsewhere(directory: Path) -> None:
    (directory / "more").symlink_to(directory.parent)


def grown(name: str, size: int) -> Callable[[Path], None]:
    return lambda directory: os.truncate(directory / name, size)


def crowded(directory: Path) -> None:
    for number in range(1001):
        (directory / f"{number}.txt").touch()


REFUSALS: dict[str, tuple[Callable[[Path], None], str]] = {
    "weights as a pickle": (with_file("pytorch_model.bin"), r"pytorch_model\.bin may run code"),
    "a pickle deeper down": (with_file("old/model.PT"), r"old/model\.PT may run code"),
    "arguments as a pickle": (with_file("training_args.bin"), "delete it"),
    "another pickle": (with_file("model.pickle"), "only model.safetensors is ever read"),
    "a checkpoint of lightning": (with_file("last.ckpt"), "may run code"),
    "code": (with_file("modeling_mine.py"), r"modeling_mine\.py is code.* delete it"),
    "an adapter": (with_file("adapter_config.json"), "merge it into its base model"),
    "shards": (with_file("model.safetensors.index.json"), "too large here"),
    "code in the model": (
        changed("config.json", auto_map={"AutoModel": "modeling_mine.Mine"}),
        r"config\.json names code of its own \(auto_map\)",
    ),
    "code in the tokenizer": (
        changed("tokenizer_config.json", auto_map={"AutoTokenizer": ["mine.T", None]}),
        r"tokenizer_config\.json names code of its own",
    ),
    "attention from the Hub": (
        changed("config.json", attn_implementation="somebody/kernel"),
        "may be fetched as code",
    ),
    "the same by another key": (
        changed("config.json", _attn_implementation="somebody/kernel"),
        "may be fetched as code",
    ),
    "the same deeper down": (
        changed("config.json", more=[{"experts_implementation": "somebody/kernel"}]),
        "may be fetched as code",
    ),
    "code deeper down": (
        changed("config.json", text_config={"auto_map": {"AutoConfig": "mine.C"}}),
        "names code of its own",
    ),
    "quantised weights": (changed("config.json", quantization_config={"bits": 4}), "quantised"),
    "links as in the cache": (as_in_the_cache, r"leads out of its directory.*cp -rL \S+mine COPY"),
    "a linked directory": (with_directory_elsewhere, "mine/more leads out of its directory"),
    "links in a circle": (
        lambda directory: (directory / "circle").symlink_to("circle"),
        "mine cannot be read: Symlink loop",
    ),
    "a link to nothing": (
        lambda directory: (directory / "nothing").symlink_to("gone"),
        "nothing is no plain file",
    ),
    "a queue": (lambda directory: os.mkfifo(directory / "queue"), "queue is no plain file"),
    "too many files": (crowded, "more than 1000 files"),
    "no weights": (without("model.safetensors"), r"model\.safetensors is missing; save the model"),
    "no configuration": (without("config.json"), r"config\.json is missing"),
    "no fast tokenizer": (without("tokenizer.json"), r"tokenizer\.json is missing; save a fast"),
    "half of the weights": (cut("model.safetensors", 0.5), r"model\.safetensors is damaged"),
    "half of their header": (cut("model.safetensors", 0.001), r"model\.safetensors is damaged"),
    "no weights in the file": (
        with_file("model.safetensors", b"\2\0\0\0\0\0\0\0{}"),
        r"model\.safetensors is empty",
    ),
    "half of the configuration": (cut("config.json", 0.5), r"config\.json is damaged"),
    "another configuration": (with_file("config.json", b"[1]"), "no JSON object"),
    "a deep configuration": (with_file("config.json", b"[" * 200_000), "no JSON"),
    "too much weight": (grown("model.safetensors", (4 << 30) + 1), "more than 4096 MiB"),
    "too long a configuration": (grown("config.json", (1 << 20) + 1), "more than 1 MiB"),
}


@pytest.mark.parametrize(
    "opened", [CheckpointFiles.open, load_encoder], ids=["a checkpoint", "an encoder"]
)
@pytest.mark.parametrize(("spoil", "message"), REFUSALS.values(), ids=REFUSALS)
def test_what_may_be_dangerous_or_is_not_whole_is_refused(
    directory: Path,
    spoil: Callable[[Path], None],
    message: str,
    opened: Callable[[Path], object],
) -> None:
    spoil(directory)
    with pytest.raises(CheckpointError, match=message) as caught:
        opened(directory)
    assert str(directory) in str(caught.value)


def test_what_is_whole_and_harmless_is_not(directory: Path) -> None:
    changed("config.json", attn_implementation="sdpa")(directory)
    with_file("onnx/model.onnx")(directory)
    with_file("README.md")(directory)
    files = CheckpointFiles.open(directory)
    assert files.label_names == ("label 0", "label 1", "label 2")
    assert files.architectures == ("BertForSequenceClassification",)
    assert files.most_tokens == 64


def test_links_within_the_directory_lead_nowhere_else(directory: Path) -> None:
    (directory / "model.safetensors").rename(directory / "weights")
    (directory / "model.safetensors").symlink_to("weights")
    assert CheckpointFiles.open(directory).directory == directory


def test_a_directory_may_itself_be_a_link(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(directory)
    assert CheckpointFiles.open(tmp_path / "link").label_names


@pytest.mark.parametrize("opened", [CheckpointFiles.open, load_encoder])
def test_a_directory_that_is_not_there_is_named(
    tmp_path: Path, opened: Callable[[Path], object]
) -> None:
    with pytest.raises(CheckpointError, match="nowhere is no directory"):
        opened(tmp_path / "nowhere")


@pytest.mark.parametrize("length", [True, -1, 0.5, "64", None, float("inf"), float("nan")])
def test_a_length_that_is_none_is_no_surprise(directory: Path, length: object) -> None:
    changed("tokenizer_config.json", model_max_length=length)(directory)
    assert CheckpointFiles.open(directory).most_tokens in {1, 64}


def test_it_takes_as_many_tokens_as_the_least_of_what_it_says(directory: Path) -> None:
    changed("tokenizer_config.json", model_max_length=50)(directory)
    assert CheckpointFiles.open(directory).most_tokens == 50
    (directory / "tokenizer_config.json").unlink()
    assert CheckpointFiles.open(directory).most_tokens == 64


@pytest.mark.parametrize(
    "names",
    [{}, ["a"], {"0": "a", "2": "b"}, {"0": "a", "1": "A"}, {"0": "a", "1": 7}, {"0": " "}],
    ids=repr,
)
def test_labels_that_are_no_list_are_refused(directory: Path, names: object) -> None:
    changed("config.json", id2label=names)(directory)
    with pytest.raises(CheckpointError, match=r"config\.json: id2label must name every output"):
        CheckpointFiles.open(directory).label_names  # noqa: B018 - it raises


def test_no_labels_are_none(directory: Path) -> None:
    changed("config.json", id2label=None)(directory)
    assert CheckpointFiles.open(directory).label_names == ()
