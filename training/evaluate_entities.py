"""Measures the head that finds people and addresses, on texts it was not trained on.

python -m training.evaluate_entities --data DIR --heads DIR [--show]
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.senses import Senses
from semroute.domain.pii import PiiKind, PiiSpan

_KINDS: Final = {"PERSON": PiiKind.PERSON, "STREET_ADDRESS": PiiKind.ADDRESS}
_BENIGN: Final = ("domain/dev.jsonl", "intents/clinc150_dev.jsonl")


@frozen
class Found:
    """What was found in a text, and what is in it.

    Args:
        text: The text.
        truth: Where it has something and what, one of `_KINDS`' values.
        spans: What the head found.
    """

    text: str
    truth: tuple[tuple[int, int, PiiKind], ...]
    spans: tuple[PiiSpan, ...]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--heads", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    arguments = parser.parse_args()
    senses = Senses.load(load_encoder(), arguments.heads, attacks=False, entities=True)
    rows = _rows(arguments.data / "pii" / "dev.jsonl")
    found = list(_read(senses, rows))
    for kind in PiiKind.PERSON, PiiKind.ADDRESS:
        _report(found, kind)
        if arguments.show:
            _show_errors(found, kind)
    for name in _BENIGN:
        texts = list(_read(senses, _rows(arguments.data / name)))
        flagged = [each for each in texts if each.spans]
        for kind in PiiKind.PERSON, PiiKind.ADDRESS:
            count = sum(any(span.kind is kind for span in each.spans) for each in texts)
            _say(f"{name}: {kind} in {count} of {len(texts)} texts, {count / len(texts):.2%}")
        if arguments.show:
            for each in flagged:
                shown = [
                    (s.kind.value, each.text[s.start : s.end], round(s.score, 2))
                    for s in each.spans
                ]
                _say(f"  {shown}")


def _read(senses: Senses, rows: Sequence[dict[str, Any]]) -> Iterator[Found]:
    ordered = sorted(rows, key=lambda row: len(row["text"]))
    for start in range(0, len(ordered), 8):
        some = ordered[start : start + 8]
        impressions = senses.read([row["text"] for row in some])
        for row, impression in zip(some, impressions, strict=True):
            truth = tuple(
                (span["start"], span["end"], _KINDS[span["kind"]])
                for span in row.get("spans", ())
                if span["kind"] in _KINDS
            )
            yield Found(row["text"], truth, impression.entities)


def _report(found: Sequence[Found], kind: PiiKind) -> None:
    missed = sum(len(list(_missed(each, kind))) for each in found)
    wrong = sum(len(list(_wrong(each, kind))) for each in found)
    true = sum(label is kind for each in found for _, _, label in each.truth)
    told = sum(span.kind is kind for each in found for span in each.spans)
    recall, precision = 1 - missed / true, 1 - wrong / max(told, 1)
    f1 = 2 * recall * precision / max(recall + precision, 1e-9)
    _say(f"{kind}: recall {recall:.3f}, precision {precision:.3f}, F1 {f1:.3f} of {true} spans")


def _missed(each: Found, kind: PiiKind) -> Iterator[str]:
    for start, end, label in each.truth:
        if label is kind and not any(
            span.kind is kind and span.start < end and start < span.end for span in each.spans
        ):
            yield each.text[start:end]


def _wrong(each: Found, kind: PiiKind) -> Iterator[str]:
    for span in each.spans:
        if span.kind is kind and not any(
            label is kind and span.start < end and start < span.end
            for start, end, label in each.truth
        ):
            yield each.text[span.start : span.end]


def _show_errors(found: Sequence[Found], kind: PiiKind) -> None:
    for each in found:
        missed, wrong = list(_missed(each, kind)), list(_wrong(each, kind))
        if missed or wrong:
            _say(f"  missed {missed} wrong {wrong} in {each.text!r}")


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
