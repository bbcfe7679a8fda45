"""A model's directory, looked through before anything in it is loaded."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from .checkpoint import CheckpointError

WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"
TOKENIZER: Final = "tokenizer.json"
TOKENIZER_CONFIG: Final = "tokenizer_config.json"

# What unpickles, and so runs, whatever its author liked.
_PICKLES: Final = frozenset({".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"})
_CODE: Final = frozenset({".py", ".pyc", ".so"})
# transformers would load the model that an adapter names, wherever that is.
_ADAPTER: Final = "adapter_config.json"
_SHARDS: Final = "model.safetensors.index.json"

_MOST_ENTRIES: Final = 1000  # a directory with more is not one of a model
_MOST_BYTES: Final = {
    CONFIG: 1 << 20,
    TOKENIZER_CONFIG: 16 << 20,
    TOKENIZER: 64 << 20,  # those of a hundred languages have half of that
    # A pass of anything larger takes seconds on a CPU, which no request waits for.
    WEIGHTS: 4 << 30,
}

# Other ways to compute a layer can be fetched as code from the Hub.
_WAYS: Final = frozenset(
    f"{mark}{layer}_implementation" for mark in ("", "_") for layer in ("attn", "experts")
)
_OUR_WAYS: Final = (None, "eager", "sdpa")


@frozen
class CheckpointFiles:
    """The directory of a checkpoint, which has everything and nothing dangerous.

    Args:
        directory: Where it is.
        config: What `config.json` says.
        tokenizer_config: What `tokenizer_config.json` says; empty if there is none.
    """

    directory: Path
    config: Mapping[str, object]
    tokenizer_config: Mapping[str, object]

    @classmethod
    def open(cls, directory: Path) -> "CheckpointFiles":
        """Looks through a directory. Loads nothing but JSON, and the names of the weights.

        Raises:
            CheckpointError: It lacks something, or has something that may be dangerous; the
                operator's fault.
        """
        try:
            if not directory.is_dir():
                message = f"{directory} is no directory"
                raise CheckpointError(message)
            for path in _entries(directory):
                _refuse_danger(path, directory)
            _require(directory)
            config = _document(directory / CONFIG)
            has_more = (directory / TOKENIZER_CONFIG).exists()
            tokenizer_config = _document(directory / TOKENIZER_CONFIG) if has_more else {}
        except (OSError, RuntimeError) as error:  # the latter for links in a circle
            message = f"{directory} cannot be read: {error}"
            raise CheckpointError(message) from error
        _refuse_surprises(directory / CONFIG, config)
        _refuse_surprises(directory / TOKENIZER_CONFIG, tokenizer_config)
        _check_weights(directory / WEIGHTS)
        return cls(directory, config, tokenizer_config)

    @property
    def config_file(self) -> Path:
        """Where `config.json` is, for messages."""
        return self.directory / CONFIG

    @property
    def tokenizer_file(self) -> Path:
        """The tokenizer."""
        return self.directory / TOKENIZER

    @property
    def architectures(self) -> tuple[str, ...]:
        """The classes of transformers that it was made for; empty if it does not say."""
        names = self.config.get("architectures")
        return tuple(map(str, names)) if isinstance(names, list) else ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """What its outputs are called, in order; empty if it does not say.

        Raises:
            CheckpointError: `id2label` is there, and no such list; the operator's fault.
        """
        names = self.config.get("id2label")
        if names is None:
            return ()
        ordered = _ordered(names)
        if ordered is None:
            message = f"{self.config_file}: id2label must name every output from 0 on, each once"
            raise CheckpointError(message)
        return ordered

    @property
    def most_tokens(self) -> int | None:
        """How many tokens it takes, as far as it says."""
        bounds = (
            self.config.get("max_position_embeddings"),
            self.tokenizer_config.get("model_max_length"),  # 1e30 where nobody knew
        )
        known = [
            int(bound)
            for bound in bounds
            if isinstance(bound, int | float) and 1 <= bound < math.inf
        ]
        return min(known, default=None)


def _ordered(names: object) -> tuple[str, ...] | None:
    """Returns the names in the order of their numbers, or None if they are no such list."""
    if not isinstance(names, dict):
        return None
    ordered = [names.get(str(index)) for index in range(len(names))]
    found = tuple(name for name in ordered if isinstance(name, str) and name.strip())
    is_whole = bool(found) and len({name.casefold() for name in found}) == len(names)
    return found if is_whole else None


def _entries(directory: Path) -> Iterator[Path]:
    """Yields everything in a directory, at any depth; does not follow links.

    Raises:
        CheckpointError: There is too much of it.
    """
    count = 0
    for root, directories, files in os.walk(directory, onerror=_raise):
        for name in (*directories, *files):
            count += 1
            if count > _MOST_ENTRIES:
                message = f"{directory} has more than {_MOST_ENTRIES} files: it is no checkpoint"
                raise CheckpointError(message)
            yield Path(root) / name


def _raise(error: OSError) -> None:
    raise error


def _refuse_danger(path: Path, directory: Path) -> None:
    suffix = path.suffix.lower()
    message = None
    if not path.resolve().is_relative_to(directory.resolve()):
        message = (
            f"{path} leads out of its directory, as in Hugging Face's cache; make a plain copy, "
            f"`cp -rL {directory} COPY`, and name that"
        )
    elif not (path.is_file() or path.is_dir()):
        message = f"{path} is no plain file"
    elif suffix in _PICKLES:
        message = (
            f"{path} may run code when it is loaded; only {WEIGHTS} is ever read, so delete it, "
            "after converting its weights if there are no others"
        )
    elif suffix in _CODE:
        message = (
            f"{path} is code, which is never run here: delete it, and use another model if this "
            "one does not work without"
        )
    elif path.name == _ADAPTER:
        message = f"{path}: this is an adapter; merge it into its base model and save that"
    elif path.name == _SHARDS:
        message = f"{path}: its weights are split, which only models do that are too large here"
    if message is not None:
        raise CheckpointError(message)


def _require(directory: Path) -> None:
    for name in (CONFIG, WEIGHTS, TOKENIZER):
        if not (directory / name).is_file():
            hint = _HINTS.get(name, "")
            message = f"{directory / name} is missing{hint}"
            raise CheckpointError(message)
    for name, most in _MOST_BYTES.items():
        path = directory / name
        if path.exists() and path.stat().st_size > most:
            message = f"{path} is too large: more than {most >> 20} MiB"
            raise CheckpointError(message)


_HINTS: Final = {
    WEIGHTS: "; save the model again with transformers, which writes safetensors",
    TOKENIZER: "; save a fast tokenizer with `AutoTokenizer.from_pretrained(…).save_pretrained(…)`",
}


def _document(path: Path) -> Mapping[str, object]:
    try:
        document: object = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        message = f"{path} is damaged: it is no JSON"
        raise CheckpointError(message) from error
    if not isinstance(document, dict):
        message = f"{path} is damaged: it is no JSON object"
        raise CheckpointError(message)
    return document


def _refuse_surprises(path: Path, document: Mapping[str, object]) -> None:
    message = None
    said = dict(_pairs(document))
    if "auto_map" in said:
        message = (
            f"{path} names code of its own (auto_map), which is never run; use a checkpoint of an "
            "architecture that transformers has itself"
        )
    elif "quantization_config" in said:
        message = f"{path}: its weights are quantised; use the original ones"
    elif any(key in _WAYS and value not in _OUR_WAYS for key, value in _pairs(document)):
        message = f"{path} asks for a way to compute a layer that may be fetched as code"
    if message is not None:
        raise CheckpointError(message)


def _pairs(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yields every key and value, at any depth: configurations have others inside."""
    inside: list[object] = [document]
    while inside:
        match inside.pop():
            case dict() as each:
                yield from each.items()
                inside += each.values()
            case list() as each:
                inside += each
            case _:
                pass


def _check_weights(path: Path) -> None:
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only in a thread

    try:
        with safe_open(path, framework="numpy") as file:
            names = list(file.keys())
    except (OSError, SafetensorError) as error:
        message = f"{path} is damaged: {error}"
        raise CheckpointError(message) from error
    if not names:
        message = f"{path} is empty"
        raise CheckpointError(message)
