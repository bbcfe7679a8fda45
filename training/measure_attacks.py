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

from semroute.adapters.lexical.attacks import ARTEFACT, LexicalAttackModel
from semroute.adapters.lexical.attacks.passages import passage_of
from semroute.adapters.lexical.training import LETTERS_FILE
from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.attack_head import AttackHead
from semroute.domain.attack import CASCADE, AttackKind, LexicalScore

_OWN: Final = Path(__file__).parents[1] / "data/attacks"
_PROMPTS: Final = 800  # so many ordinary prompts of each kind are enough for a tenth of a percent
_TOOL_LISTS: Final = 200
_SHOWN: Final = 120  # of larger sets the encoder sees only what the cascade shows it
_DEPTHS: Final = (10, 600, 5_000, 20_000)  # tokens of filler before an attack
_DOCUMENT_CHARS: Final = 20_000


@frozen(eq=False)
class Odds:
    """What both heads say of texts, in each way of asking; not a number where nobody asked.

    Args:
        lexical: Log odds by letters; shape (texts,).
        fused: By letters and encoder, of the worst passage whatever the letters say.
        cascade: Likewise, where the encoder reads only what the letters leave in doubt.
        asks: Whether it reads anything then.
    """

    lexical: npt.NDArray[np.float64]
    fused: npt.NDArray[np.float64]
    cascade: npt.NDArray[np.float64]
    asks: npt.NDArray[np.bool_]

    def flagged(self, threshold: float) -> dict[str, float]:
        """Returns the share of texts above a threshold, in percent, for each way of scoring."""
        ways = {"lexical": self.lexical, "fused": self.fused, "cascade": self.cascade}
        shares = {
            name: 100 * float((values > np.log(threshold / (1 - threshold))).mean())
            for name, values in ways.items()
            if not np.isnan(values).any()
        }
        return shares | {"asks": 100 * float(self.asks.mean())}


Scored = Callable[[Sequence[str], AttackKind], Odds]
Read = Callable[[Sequence[str]], npt.NDArray[np.float64]]


def scorer(heads: Path | None) -> Scored:
    """Returns a function that has the letters look at texts, and the encoder at many of them."""
    model = LexicalAttackModel.load(heads / LETTERS_FILE if heads else ARTEFACT)
    encoder = load_encoder()
    fingerprint = encoder.checkpoint.fingerprint
    head = AttackHead.load(heads or HEADS, fingerprint, encoder.dimensions)

    def scored(texts: Sequence[str], kind: AttackKind) -> Odds:
        row = head.kinds.index(kind)

        def read(passages: Sequence[str]) -> npt.NDArray[np.float64]:
            said = encoder.encode(passages) @ head.weight[row] + head.bias[row]
            return np.asarray(said, np.float64)

        odds = [
            _odds(text, model.score(text, kind), read, shows_all=len(texts) <= _SHOWN)
            for text in texts
        ]
        lexical, fused, cascade, asks = (np.array(column) for column in zip(*odds, strict=True))
        return Odds(lexical, fused, cascade, asks > 0)

    return scored


def _odds(text: str, score: LexicalScore, read: Read, *, shows_all: bool) -> tuple[float, ...]:
    """Returns the columns of Odds for one text."""
    parts = [score, *score.others]
    lexical = np.array([each.logit for each in parts])
    is_settled = bool(np.any([CASCADE.is_sure(each.logit) for each in parts]))
    is_asked = np.array([CASCADE.is_unsure(each.logit) and not is_settled for each in parts])
    is_read = is_asked | shows_all
    both = np.full(len(parts), np.nan)
    if is_read.any():
        passages = [
            passage_of(text, each.start, each.end)
            for each, is_shown in zip(parts, is_read, strict=True)
            if is_shown
        ]
        both[is_read] = (lexical[is_read] + read(passages)) / 2
    cascade = np.where(is_asked, both, lexical)
    return float(lexical[0]), float(both.max()), float(cascade.max()), bool(is_asked.any())


def main() -> None:
    """Prints one line per set of texts: the share that is flagged, in percent."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--heads", type=Path)
    parser.add_argument("--threshold", type=float, default=0.5)
    arguments = parser.parse_args()
    scored = scorer(arguments.heads)
    said = held_out(arguments.data)
    found = returned()
    if arguments.documents:
        said["documents"] = [
            path.read_text("utf-8", "replace")[:_DOCUMENT_CHARS]
            for path in sorted(arguments.documents.iterdir())
        ]
        found["documents, returned"] = said["documents"]
    for kind, sets in (
        (AttackKind.JAILBREAK, said | hidden(said)),
        (AttackKind.INJECTION, found),
    ):
        for name, texts in sets.items():
            shares = scored(texts, kind).flagged(arguments.threshold)
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


def returned() -> dict[str, list[str]]:
    """Returns texts that tools may return, and that nothing was trained on."""
    rows = _rows(_OWN / "injections_dev.jsonl")
    return {
        "injections": [text for text, is_attack in rows if is_attack],
        "beside injections": [text for text, is_attack in rows if not is_attack],
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
