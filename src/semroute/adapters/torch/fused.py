"""BERT's forward pass without what a lone text does not need."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    import torch

# Of few rows BLAS sums products in another order: of fewer than 4 with the kernels for AVX2, of
# fewer than 16 with those for AVX-512.
_LEAST_ALIKE: Final = 4
_MOST_ALIKE: Final = 16
_MANY: Final = 512
# Where some rows begin, and how many they are: of every remainder that kernels know.
_PROBES: Final = tuple((3 * count % 97, count) for count in (*range(_LEAST_ALIKE, 36), 53, 77, 256))


@frozen(eq=False)
class _Layer:
    """One layer: its modules, and the weights of queries, keys and values as one matrix."""

    weight: "torch.Tensor"
    bias: "torch.Tensor"
    output: Any
    intermediate: Any
    dense: Any
    norm: Any

    @classmethod
    def of(cls, layer: Any) -> "_Layer":  # noqa: ANN401 - transformers' own type
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        attention = layer.attention.self
        heads = (attention.query, attention.key, attention.value)
        return cls(
            torch.cat([head.weight.detach() for head in heads]),
            torch.cat([head.bias.detach() for head in heads]),
            layer.attention.output,
            layer.intermediate.dense,
            layer.output.dense,
            layer.output.LayerNorm,
        )

    def joined(self, state: "torch.Tensor") -> "torch.Tensor":
        """Returns queries, keys and values, side by side."""
        from torch.nn import functional  # noqa: PLC0415 - imported long since; a model is loaded

        return functional.linear(state, self.weight, self.bias)

    def after(self, state: "torch.Tensor", seen: "torch.Tensor") -> "torch.Tensor":
        """Returns the next state, of this one and what attention saw of it."""
        from torch.nn import functional  # noqa: PLC0415 - imported long since; a model is loaded

        middle = self.output.LayerNorm(self.output.dense(seen) + state)
        grown = functional.gelu(self.intermediate(middle))
        after: torch.Tensor = self.norm(self.dense(grown) + middle)
        return after


@frozen(eq=False)
class FusedBert:
    """Computes what transformers' BERT does, without padding.

    Such rows need no mask, and queries, keys and values are one product instead of three: 2.8 ms
    of CPU less a pass, which is a sixth for 20 tokens and a twentieth for 128.

    Args:
        embeddings: The model's own.
        layers: In order.
        heads: How many attention heads a layer has.
    """

    embeddings: Any
    layers: Sequence[_Layer]
    heads: int

    @classmethod
    def of(cls, model: Any) -> "FusedBert | None":  # noqa: ANN401 - transformers' own type
        """Returns the same model, or None if it is none of those this can compute."""
        config = model.config
        position = getattr(config, "position_embedding_type", "absolute")
        is_plain = position == "absolute" and config.hidden_act == "gelu" and not config.is_decoder
        if type(model).__name__ != "BertModel" or not is_plain:
            return None
        layers = [_Layer.of(layer) for layer in model.encoder.layer]
        return cls(model.embeddings, layers, int(config.num_attention_heads))

    def states(self, ids: "torch.Tensor") -> list["torch.Tensor"]:
        """Returns the states after the embeddings and after each layer.

        Args:
            ids: Tokens, none of them padding; shape (rows, tokens).
        """
        state: torch.Tensor = self.embeddings(input_ids=ids)
        states = [state]
        for layer in self.layers:
            state = layer.after(state, self._seen(layer.joined(state)))
            states.append(state)
        return states

    def states_of_each(self, rows: Sequence[Sequence[int]]) -> list["torch.Tensor"]:
        """Returns the same for rows of any lengths, one row's tokens after another's.

        Only attention looks beyond a token, and it is asked row by row; all else is one product
        for all of them. So the weights, more than any cache holds, are read once for many rows.

        Args:
            rows: The tokens of each.

        Returns:
            Each of shape (tokens of all rows, width).
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        sizes = [len(row) for row in rows]
        device = self.layers[0].weight.device
        ids = torch.tensor([[token for row in rows for token in row]], device=device)
        places = torch.cat([torch.arange(size, device=device) for size in sizes]).unsqueeze(0)
        state: torch.Tensor = self.embeddings(input_ids=ids, position_ids=places)[0]
        states = [state]
        for layer in self.layers:
            parts = torch.split(layer.joined(state), sizes)
            seen = torch.cat([self._seen(part.unsqueeze(0))[0] for part in parts])
            state = layer.after(state, seen)
            states.append(state)
        return states

    def _seen(self, joined: "torch.Tensor") -> "torch.Tensor":
        """Returns what attention sees; of shape (rows, tokens, width), as the states are."""
        from torch.nn import functional  # noqa: PLC0415 - imported long since; a model is loaded

        rows, tokens, width = joined.shape
        shape = (rows, tokens, 3, self.heads, width // self.heads // 3)
        query, key, value = joined.view(shape).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)
        return seen.transpose(1, 2).reshape(rows, tokens, width // 3)

    def least_alike(self) -> int | None:
        """Returns of how many rows on a row's product is the same, to the last bit, among others.

        BLAS promises nothing of the kind, and some do not keep it. What is asked is whether this
        one does, on this machine; None if not even for many rows. Takes a twentieth of a second.
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        layer = self.layers[0]
        chance = torch.Generator().manual_seed(0)
        least = _LEAST_ALIKE
        with torch.inference_mode():
            for weight in (
                layer.weight,
                layer.output.dense.weight,
                layer.intermediate.weight,
                layer.dense.weight,
            ):
                rows = torch.randn(_MANY, weight.shape[1], generator=chance).to(weight.device)
                whole = rows @ weight.T
                for start, count in _PROBES:
                    some = slice(start, start + count)
                    if not torch.equal(rows[some] @ weight.T, whole[some]):
                        least = max(least, count + 1)
        return least if least <= _MOST_ALIKE else None
