"""all-MiniLM-L6-v2 as a function from texts to vectors. Synchronous; meant for a thread."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .checkpoint import Checkpoint, CheckpointError, embedded
from .device import CPU, Device
from .files import CheckpointFiles
from .fused import FusedBert
from .parts import Part, Row, is_even
from .pretrained import pretrained
from .speller import Speller
from .vectors import Vectors, of_length_one
from .well_formed import well_formed

if TYPE_CHECKING:
    import tokenizers
    import torch

MAX_TOKENS: Final = 256  # what the model was trained on; it would take 512
_OVERLAP_TOKENS: Final = 32
_MAX_ROWS: Final = 8  # longer batches gain nothing on a CPU
_MAX_UNLIKE_ROWS: Final = 32  # of any lengths; a batch has fewer, however dense its texts are
_TOKENS_AT_ONCE: Final = 64  # rows of three tokens


@frozen(eq=False)
class Encoder:
    """A loaded sentence encoder. Several threads may use it at once.

    Args:
        checkpoint: Where it was loaded from.
        dimensions: The length of its vectors.
        device: What it computes on.
    """

    checkpoint: Checkpoint
    dimensions: int
    device: Device
    _tokenizer: "tokenizers.Tokenizer"
    _speller: Speller
    _model: Any  # transformers' own type depends on the checkpoint
    _fused: FusedBert | None = None

    @property
    def pads(self) -> bool:
        """Whether the shorter texts of a pass cost what its longest does."""
        return self._fused is None

    @classmethod
    def load(cls, checkpoint: Checkpoint, *, device: Device = CPU) -> "Encoder":
        """Loads the model; takes seconds. From then on each pass uses one thread.

        Raises:
            CheckpointError: The files are no model this can run; the operator's fault.
        """
        import tokenizers  # noqa: PLC0415 - only in a thread

        model = pretrained(
            "AutoModel",
            checkpoint.directory,
            device,
            lacking="it is another kind of model than its config.json says",
            add_pooling_layer=False,  # nobody asks what it says
        )
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(checkpoint.tokenizer_file))
        except Exception as error:  # tokenizers raises bare Exceptions
            message = f"{checkpoint.tokenizer_file} cannot be loaded: {error}"
            raise CheckpointError(message) from error
        # The file fixes truncation and padding at 128, which would cut long texts and make
        # short ones cost six times too much.
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS, stride=_OVERLAP_TOKENS)
        dimensions = int(model.config.hidden_size)
        speller = Speller.of(checkpoint.words)
        return cls(checkpoint, dimensions, device, tokenizer, speller, model, FusedBert.of(model))

    def try_out(self) -> None:
        """Reads a full row.

        Raises:
            CheckpointError: It does not work; the operator's fault.
        """
        checkpoint = self.checkpoint
        highest = max(self._tokenizer.get_vocab().values(), default=0)
        if highest >= self._model.get_input_embeddings().num_embeddings:
            message = f"{checkpoint.tokenizer_file} belongs to another model: it knows more tokens"
            raise CheckpointError(message)
        try:
            (vector,) = self.encode(["a b c d " * (MAX_TOKENS // 4)])
        except Exception as error:  # what foreign weights run into has no types
            message = (
                f"{checkpoint.directory} fails on a text of {MAX_TOKENS} tokens, which an encoder "
                f"must take: {error}"
            )
            raise CheckpointError(message) from error
        if not np.isfinite(vector).all():
            message = f"{checkpoint.directory} makes numbers that are none: its weights are damaged"
            raise CheckpointError(message)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns one vector per text.

        A text of more tokens than the model takes is divided into overlapping parts, whose
        token vectors are averaged together. Nothing is cut.

        Returns:
            Shape (len(texts), dimensions), float32, each of length 1.
        """
        return self._encode([self._rows_of(text) for text in texts], ())[0]

    def encode_with_parts(
        self, texts: Sequence[str], layers: Sequence[int]
    ) -> tuple[Vectors, list[list[Part]]]:
        """Returns one vector per text and, of the same pass, what layers say of each token.

        Args:
            texts: What to encode.
            layers: Which layers, 0 being the embeddings; their states are concatenated.
        """
        return self._encode([self._rows_of(text) for text in texts], layers)

    def encode_each(
        self, texts: Sequence[str], layers: Sequence[int] = ()
    ) -> tuple[Vectors, list[list[Part]]]:
        """Returns what `encode_with_parts` says of each text alone, to the last bit, but sooner.

        Texts share one pass, without padding, however many are given. Where that would change a
        last bit, a text gets a pass of its own.
        """
        rows_of = [self._rows_of(text) for text in texts]
        may_share = [at for at, rows in enumerate(rows_of) if self._may_share(rows)]
        sums, states = self._pass_of_each([rows_of[at][0] for at in may_share], layers)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        vectors[may_share] = of_length_one(sums)
        parts_of: list[list[Part]] = [[] for _ in texts]
        for at, state in zip(may_share, states, strict=False):
            parts_of[at] = [rows_of[at][0].part(state)]
        for at in set(range(len(texts))).difference(may_share):
            (vectors[at],), (parts_of[at],) = self._encode([rows_of[at]], layers)
        return vectors, parts_of

    def encode_tokens(self, progress: Callable[[float], None], count: int | None = None) -> Vectors:
        """Returns the vectors of tokens, each as if it were a whole text.

        Takes about half a minute of one core for all of them.

        Args:
            progress: Told how much of it is done, from 0 to 1.
            count: How many, from the first on; all that the tokenizer has if not given.

        Returns:
            Shape (count, dimensions), float32, each of length 1.
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        count = count or self._tokenizer.get_vocab_size()
        before, *_, after = self._tokenizer.encode("a").ids  # what stands around every text
        vectors = np.zeros((count, self.dimensions), np.float32)
        for start in range(0, count, _TOKENS_AT_ONCE):
            progress(start / count)
            some = range(start, min(start + _TOKENS_AT_ONCE, count))
            ids = self._tensor([[before, token, after] for token in some])
            with torch.inference_mode():
                if self._fused is not None:
                    states = self._fused.states(ids)[-1]
                else:
                    mask = torch.ones_like(ids)
                    states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
            vectors[some.start : some.stop] = states.sum(dim=1).cpu().numpy()
        progress(1.0)
        return of_length_one(vectors)

    def _rows_of(self, text: str) -> list[Row]:
        """Returns the rows of a text, whose words are put right."""
        corrected = self._speller.corrected(well_formed(text))
        encoding = self._tokenizer.encode(corrected.text)
        return [Row(each, corrected) for each in (encoding, *encoding.overflowing)]

    def _may_share(self, rows: Sequence[Row]) -> bool:
        """Whether a text's vector is the same in a pass that it shares."""
        return (
            self._least_alike is not None
            and len(rows) == 1  # what is added up would be padded in a pass of its own
            and len(rows[0].ids) >= self._least_alike
        )

    @cached_property
    def _least_alike(self) -> int | None:
        """How many tokens a text must have; None if no number is enough."""
        return None if self._fused is None else self._fused.least_alike()

    def _pass_of_each(
        self, rows: Sequence[Row], layers: Sequence[int]
    ) -> tuple[npt.NDArray[np.float32], Sequence["torch.Tensor"]]:
        """Computes rows of any lengths at once, each as if it were alone.

        Returns:
            What `_pass` does.
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        if not rows or self._fused is None:
            return np.zeros((0, self.dimensions), np.float32), []
        sizes = [len(row.ids) for row in rows]
        with torch.inference_mode():
            states = self._fused.states_of_each([row.ids for row in rows])
            sums = torch.cat(
                [state.unsqueeze(0).sum(dim=1) for state in torch.split(states[-1], sizes)]
            ).cpu()
            if not layers:
                return sums.numpy(), []
            joined = torch.cat([states[layer] for layer in layers], dim=-1).cpu()
            return sums.numpy(), torch.split(joined, sizes)

    def _encode(
        self, rows_of: Sequence[Sequence[Row]], layers: Sequence[int]
    ) -> tuple[Vectors, list[list[Part]]]:
        rows = [(index, row) for index, its in enumerate(rows_of) for row in its]
        # Neighbours of one length waste no padding. Parts need no order: their offsets tell it.
        rows.sort(key=lambda row: len(row[1].ids))
        sums = np.zeros((len(rows_of), self.dimensions), np.float32)
        parts: list[list[Part]] = [[] for _ in rows_of]
        compute, most = self._pass, _MAX_ROWS
        # The rows of one text are padded even so: this is what heads have learnt of.
        if len(rows_of) > 1 and not self.pads and not is_even([row for _, row in rows]):
            compute, most = self._pass_of_each, _MAX_UNLIKE_ROWS
        for start in range(0, len(rows), most):
            indices, some = zip(*rows[start : start + most], strict=True)
            added, states = compute(some, layers)
            np.add.at(sums, list(indices), added)
            for index, row, state in zip(indices, some, states, strict=False):
                parts[index].append(row.part(state))
        return of_length_one(sums), parts

    def _pass(
        self, rows: Sequence[Row], layers: Sequence[int]
    ) -> tuple[npt.NDArray[np.float32], Sequence["torch.Tensor"]]:
        """Computes some rows at once, each padded to the longest.

        Returns:
            The sum of each row's token vectors, shape (len(rows), dimensions), and the states
            of each row's tokens; none if no layers were asked for.
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        width = max(len(row.ids) for row in rows)
        ids = self._tensor([[*row.ids, *[0] * (width - len(row.ids))] for row in rows])
        mask = self._tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in rows])
        with torch.inference_mode():
            if self._fused is not None and is_even(rows):
                states: Sequence[torch.Tensor] = self._fused.states(ids)
            else:
                output = self._model(
                    input_ids=ids, attention_mask=mask, output_hidden_states=bool(layers)
                )
                states = output.hidden_states if layers else (output.last_hidden_state,)
            sums: npt.NDArray[np.float32] = (
                (states[-1] * mask.unsqueeze(-1)).sum(dim=1).cpu().numpy()
            )
            if not layers:
                return sums, []
            chosen = torch.cat([states[layer] for layer in layers], dim=-1).cpu()
        return sums, [state[: len(row.ids)] for state, row in zip(chosen, rows, strict=True)]

    def _tensor(self, rows: Sequence[Sequence[int]]) -> "torch.Tensor":
        """Returns numbers where the model is."""
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        return torch.tensor(rows, device=self.device.name)


def load_encoder(directory: Path | None = None, *, may_use_gpu: bool = False) -> Encoder:
    """Checks and loads the encoder in a directory, or the embedded one; takes seconds.

    Args:
        directory: Where it is; None for the embedded one.
        may_use_gpu: Whether it computes on a GPU if torch sees one. What is learnt is learnt
            without: another processor comes to other last bits.

    Raises:
        CheckpointError: The files cannot be used; the operator's fault.
    """
    device = Device.fastest() if may_use_gpu else CPU
    if directory is None:
        return Encoder.load(embedded(), device=device)
    files = CheckpointFiles.open(directory)  # before anything else in it is touched
    encoder = Encoder.load(Checkpoint.open(files.directory), device=device)
    encoder.try_out()
    return encoder
