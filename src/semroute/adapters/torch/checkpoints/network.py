"""A checkpoint as a function from texts to logits. Synchronous; meant for a thread."""

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.adapters.torch.device import Device
from semroute.adapters.torch.files import CheckpointFiles
from semroute.adapters.torch.pretrained import pretrained
from semroute.adapters.torch.well_formed import well_formed

if TYPE_CHECKING:
    import tokenizers

MAX_TOKENS: Final = 512
"""How many tokens a checkpoint is given at once, unless somebody says otherwise.

Those that take 8,192 take ten seconds of one core for them.
"""

_MAX_ROWS: Final = 8  # longer batches gain nothing on a CPU
_LEAST_TOKENS: Final = 8  # room for marks at either end, an overlap, and something between
_OVERLAP_SHARE: Final = 8
_MOST_OVERLAP: Final = 32


class Head(Enum):
    """What a checkpoint says something of. The value ends the name of its architecture."""

    TEXT = "ForSequenceClassification"
    TOKEN = "ForTokenClassification"  # noqa: S105 - a head for each token is no secret


@frozen(eq=False)
class Row:
    """What one row of a pass said; neighbouring rows of a long text overlap.

    Args:
        logits: Shape (outputs,), or (len(offsets), outputs) if there is a head for each token.
        offsets: For each token, where in the text it begins and has ended, in characters.
        words: For each token, the number of the word it belongs to; None for tokens that stand
            for nothing in the text.
    """

    logits: npt.NDArray[np.float32]
    offsets: Sequence[tuple[int, int]]
    words: Sequence[int | None]

    @property
    def weight(self) -> int:
        """How much text it has, in tokens."""
        return sum(word is not None for word in self.words)


@frozen(eq=False)
class Network:
    """A loaded checkpoint. Several threads may use it at once.

    Args:
        files: Where it was loaded from.
        outputs: How many logits it gives.
        max_tokens: How many tokens a row has at most.
        device: What it computes on: a GPU, if torch sees one.
    """

    files: CheckpointFiles
    outputs: int
    max_tokens: int
    device: Device
    _tokenizer: "tokenizers.Tokenizer"
    _model: Any  # transformers' own type depends on the checkpoint
    _pad: int
    _takes_types: bool

    @classmethod
    def load(cls, files: CheckpointFiles, head: Head, max_tokens: int) -> "Network":
        """Loads a checkpoint and tries it on a full row; takes seconds.

        Raises:
            CheckpointError: It is no checkpoint with such a head, or does not work; the
                operator's fault.
        """
        _refuse_other_head(files, head)
        limit = min(max_tokens, files.most_tokens or max_tokens)
        if limit < _LEAST_TOKENS:
            message = (
                f"{files.config_file}: it takes {limit} tokens, and {_LEAST_TOKENS} are needed"
            )
            raise CheckpointError(message)
        device = Device.fastest()
        model = _model_of(files, head, device)
        tokenizer = _tokenizer_of(files, limit)
        highest = max(tokenizer.get_vocab().values(), default=0)
        if highest >= model.get_input_embeddings().num_embeddings:
            message = f"{files.tokenizer_file} belongs to another model: it knows more tokens"
            raise CheckpointError(message)
        network = cls(
            files,
            int(model.config.num_labels),
            limit,
            device,
            tokenizer,
            model,
            int(getattr(model.config, "pad_token_id", None) or 0),
            "token_type_ids" in inspect.signature(model.forward).parameters,
        )
        network._try_out()
        return network

    def read(self, texts: Sequence[str]) -> list[list[Row]]:
        """Returns what it says of each text, of long ones in several rows. Nothing is cut.

        Raises:
            ArithmeticError: It came to a number that is none.
        """
        numbered = [
            (index, encoding)
            for index, text in enumerate(texts)
            for encoding in _rows_of(self._tokenizer.encode(well_formed(text)))
        ]
        logits = self._logits([encoding for _, encoding in numbered])
        rows: list[list[Row]] = [[] for _ in texts]
        for (index, encoding), each in zip(numbered, logits, strict=True):
            rows[index].append(Row(each, encoding.offsets, encoding.word_ids))
        return rows

    def read_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[npt.NDArray[np.float32]]:
        """Returns what it says of each pair of texts, of long ones of as much as it takes.

        Raises:
            ArithmeticError: It came to a number that is none.
        """
        encodings = [
            self._tokenizer.encode(well_formed(first), well_formed(second))
            for first, second in pairs
        ]
        return self._logits(encodings)

    def _logits(self, encodings: Sequence["tokenizers.Encoding"]) -> list[npt.NDArray[np.float32]]:
        # Neighbours of one length waste no padding.
        order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
        logits: list[npt.NDArray[np.float32]] = [np.empty(0, np.float32)] * len(encodings)
        for start in range(0, len(order), _MAX_ROWS):
            indices = order[start : start + _MAX_ROWS]
            for index, each in zip(
                indices, self._pass([encodings[index] for index in indices]), strict=True
            ):
                logits[index] = each
        return logits

    def _pass(self, rows: Sequence["tokenizers.Encoding"]) -> list[npt.NDArray[np.float32]]:
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        width = max(len(row.ids) for row in rows)
        gaps = [width - len(row.ids) for row in rows]
        inputs = {
            "input_ids": [
                [*row.ids, *[self._pad] * gap] for row, gap in zip(rows, gaps, strict=True)
            ],
            "attention_mask": [
                [1] * len(row.ids) + [0] * gap for row, gap in zip(rows, gaps, strict=True)
            ],
        }
        if self._takes_types:
            inputs["token_type_ids"] = [
                [*row.type_ids, *[0] * gap] for row, gap in zip(rows, gaps, strict=True)
            ]
        with torch.inference_mode():
            tensors = {
                name: torch.tensor(value, device=self.device.name) for name, value in inputs.items()
            }
            logits: npt.NDArray[np.float32] = self._model(**tensors).logits.float().cpu().numpy()
        # Of padding nothing is asked, so it may say anything.
        each = [
            one if one.ndim == 1 else one[: len(row.ids)]
            for one, row in zip(logits, rows, strict=True)
        ]
        if not all(np.isfinite(one).all() for one in each):
            message = "its outputs are no numbers"
            raise ArithmeticError(message)
        return each

    def try_out_pairs(self) -> None:
        """Reads a pair that is a full row.

        Raises:
            CheckpointError: It does not work; the operator's fault.
        """
        text = "a b c d " * self.max_tokens
        self._try(lambda: self.read_pairs([(text, text)]))

    def _try_out(self) -> None:
        """Reads a full row, which also warms it up."""
        self._try(lambda: self.read(["a b c d " * self.max_tokens]))

    def _try(self, read: Callable[[], object]) -> None:
        directory = self.files.directory
        try:
            read()
        except Exception as error:  # what foreign weights run into has no types
            message = (
                f"{directory} fails on a text of {self.max_tokens} tokens: {error}; if it takes "
                "fewer, say so with `max_tokens`"
            )
            raise CheckpointError(message) from error


def _refuse_other_head(files: CheckpointFiles, head: Head) -> None:
    made_for = files.architectures
    if made_for and not any(name.endswith(head.value) for name in made_for):
        message = (
            f"{files.config_file}: it is a {', '.join(made_for)}, and this takes one whose name "
            f"ends in {head.value}"
        )
        raise CheckpointError(message)


def _model_of(files: CheckpointFiles, head: Head, device: Device) -> Any:  # noqa: ANN401 - transformers' own type
    match head:
        case Head.TEXT:
            loader = "AutoModelForSequenceClassification"
        case Head.TOKEN:
            loader = "AutoModelForTokenClassification"
    return pretrained(
        loader,
        files.directory,
        device,
        lacking="it is a base model, or its head is another",
    )


def _tokenizer_of(files: CheckpointFiles, limit: int) -> "tokenizers.Tokenizer":
    import tokenizers  # noqa: PLC0415 - only in a thread

    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(files.tokenizer_file))
    except Exception as error:  # tokenizers raises bare Exceptions
        message = f"{files.tokenizer_file} cannot be loaded: {error}"
        raise CheckpointError(message) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit, stride=min(limit // _OVERLAP_SHARE, _MOST_OVERLAP))
    return tokenizer


def _rows_of(encoding: "tokenizers.Encoding") -> list["tokenizers.Encoding"]:
    return [encoding, *encoding.overflowing]
