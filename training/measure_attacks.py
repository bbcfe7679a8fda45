"""Measures the models of attacks, also where attacks stand deep in other texts.

    python -m training.measure_attacks --data DIR [--heads DIR] [--documents DIR]

Nothing that is measured here was trained on. `--heads` names what `semroute train` wrote; without
it the models that ship are measured. `--documents` names a folder of long ordinary texts.
"""

import json
import random
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen
from safetensors.numpy import load_file

from semroute.adapters.lexical.attacks import ARTEFACT, LexicalAttackModel
from semroute.adapters.lexical.attacks.passages import passage_of
from semroute.adapters.lexical.training import LETTERS_FILE
from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.attack_head import ATTACKS_FILE
from semroute.domain.attack import CASCADE

_OWN: Final = Path(__file__).parents[1] / "data/attacks"
_PROMPTS: Final = 800  # so many ordinary prompts of each kind are enough for a tenth of a percent
_TOOL_LISTS: Final = 200
_SHOWN: Final = 120  # of larger sets the encoder sees only what the cascade shows it
_DEPTHS: Final = (10, 600, 5_000, 20_000)  # tokens of filler before an attack
_DOCUMENT_CHARS: Final = 20_000


@frozen(eq=False)
class Odds:
    """What both heads say of some texts; the encoder's are not a number where nobody asked it."""

    lexical: npt.NDArray[np.float64]
    encoder: npt.NDArray[np.float64]
    asks: npt.NDArray[np.bool_]

    def flagged(self, threshold: float) -> dict[str, float]:
        """Returns the share of texts above a threshold, in percent, for each way of scoring."""
        alone = np.array([CASCADE.probability(value, None) for value in self.lexical])
        encoder = np.array([CASCADE.probability(value, None) for value in self.encoder])
        both = np.array(
            [CASCADE.probability(*pair) for pair in zip(self.lexical, self.encoder, strict=True)]
        )
        cascade = np.where(self.asks, both, alone)
        ways = {"lexical": alone, "encoder": encoder, "fused": both, "cascade": cascade}
        shares = {
            name: 100 * float((value > threshold).mean())
            for name, value in ways.items()
            if not np.isnan(value).any()
        }
        return shares | {"asks": 100 * float(self.asks.mean())}


Scored = Callable[[Sequence[str]], Odds]


def scorer(heads: Path | None) -> Scored:
    """Returns a function that has the letters look at texts, and the encoder at many of them."""
    model = LexicalAttackModel.load(heads / LETTERS_FILE if heads else ARTEFACT)
    encoder = load_encoder()
    head = load_file((heads or HEADS) / ATTACKS_FILE)
    weight, bias = head["weight"][0], float(head["bias"][0])

    def scored(texts: Sequence[str]) -> Odds:
        scores = [model.score(text) for text in texts]
        asks = np.array([CASCADE.is_unsure(score.logit) for score in scores])
        shown = np.flatnonzero(asks | (len(texts) <= _SHOWN)).tolist()
        odds = np.full(len(texts), np.nan)
        passages = [passage_of(texts[at], scores[at].start, scores[at].end) for at in shown]
        if passages:
            odds[shown] = encoder.encode(passages) @ weight + bias
        return Odds(np.array([score.logit for score in scores]), odds, asks)

    return scored


def main() -> None:
    """Prints one line per set of texts: the share that is flagged, in percent."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--heads", type=Path)
    parser.add_argument("--threshold", type=float, default=0.5)
    arguments = parser.parse_args()
    scored = scorer(arguments.heads)
    sets = held_out(arguments.data)
    if arguments.documents:
        sets["documents"] = [
            path.read_text("utf-8", "replace")[:_DOCUMENT_CHARS]
            for path in sorted(arguments.documents.iterdir())
        ]
    for name, texts in (sets | hidden(sets)).items():
        shares = scored(texts).flagged(arguments.threshold)
        figures = "  ".join(f"{way} {share:5.1f}" for way, share in shares.items())
        print(f"{name:24s} {len(texts):5d}  {figures}", flush=True)


def held_out(data: Path) -> dict[str, list[str]]:
    """Returns the texts that nothing was trained on."""
    collected = _rows(data / "jailbreak/dev.jsonl")
    written, fresh = _rows(_OWN / "dev.jsonl"), _rows(_OWN / "dev2.jsonl")
    return {
        "in the wild": [text for text, is_attack in collected if is_attack],
        "own attacks": [text for text, is_attack in written if is_attack],
        "fresh attacks": [text for text, is_attack in fresh if is_attack],
        "trigger words": [text for text, is_attack in collected if not is_attack],
        "own ordinary": [text for text, is_attack in written if not is_attack],
        "fresh ordinary": [text for text, is_attack in fresh if not is_attack],
        "exam questions": _texts(data / "domain/dev.jsonl")[:_PROMPTS],
        "intents": _texts(data / "intents/clinc150_dev.jsonl")[:_PROMPTS],
        "tool lists": [
            f"{line['query']}\n{json.dumps(line['tools'])}"
            for line in _lines(data / "tools/dev.jsonl")[1::2]
        ][:_TOOL_LISTS],
        "personal data": _texts(data / "pii/dev.jsonl"),
    }


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _rows(path: Path) -> list[tuple[str, bool]]:
    return [(line["text"], bool(line["label"])) for line in _lines(path)]


def _texts(path: Path) -> list[str]:
    return [line["text"] for line in _lines(path)]


def hidden(sets: dict[str, list[str]]) -> dict[str, list[str]]:
    """Returns the attacks of the collection with harmless words around them, at many depths."""
    chance = random.Random(7)
    words = " ".join((*sets["exam questions"], *sets["intents"])).split()

    def filler(tokens: int) -> str:
        at = chance.randrange(max(len(words) - tokens, 1))
        return " ".join((words[at:] + words * (1 + tokens // len(words)))[:tokens])

    attacks = sets["in the wild"]
    deep = {
        f"wild, {depth} tokens deep": [f"{filler(depth)}\n{text}\n{filler(40)}" for text in attacks]
        for depth in _DEPTHS
    }
    return deep | {
        "wild, words after": [f"{text} {filler(60)}" for text in attacks],
        "wild, in capitals": [text.upper() for text in attacks],
        "own, words around": [f"{filler(12)} {text} {filler(12)}" for text in sets["own attacks"]],
        "fresh, 600 tokens deep": [
            f"{filler(600)}\n{text}\n{filler(40)}" for text in sets["fresh attacks"]
        ],
        "filler alone": [filler(5_000) for _ in range(20)],
    }


if __name__ == "__main__":
    main()
