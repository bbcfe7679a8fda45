"""Trains the models of attacks and writes them where they ship.

    python -m training.attacks --data DIR [--out SRC] [--cache FILE]

Deterministic: the same data and the same versions give the same bytes.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Final

import torch

from .letters import train_letters
from .meaning import train_meaning
from .rows import training_rows
from .texts import Texts

_SOURCE: Final = Path(__file__).parents[2] / "src"
_LEXICAL: Final = "semroute/adapters/lexical/attacks/attacks.safetensors"
_ENCODER: Final = "semroute/adapters/torch/heads/attacks.safetensors"


def main() -> None:
    """Trains and writes both models."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data sets")
    parser.add_argument("--out", type=Path, default=_SOURCE, help="the folder of the package")
    parser.add_argument("--cache", type=Path, help="a file (.npz) to remember vectors in")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    texts = Texts.of(training_rows(arguments.data))
    judged = train_letters(texts, arguments.out / _LEXICAL)
    train_meaning(texts, judged, arguments.out / _ENCODER, arguments.cache)


if __name__ == "__main__":
    main()
