"""Makes the sentences that the head for people and addresses rehearses when it is taught more.

    python -m training.rehearsed

They are made as those that the shipped head learnt, of the lists in `data/entities`: of some of the
templates in which somebody or an address is, and of some with neither.
"""

import random
from pathlib import Path
from typing import Final

from semroute.adapters.torch.training import LISTS
from semroute.adapters.torch.training.rehearsal import REHEARSED_FILE, written
from semroute.adapters.torch.training.sentences import Composer

_ENTITIES: Final = Path(__file__).parents[1] / "data/entities"
_SEED: Final = 20
_WITH_SOMEBODY: Final = 150
_ORDINARY: Final = 100


def page() -> str:
    """Returns the page that ships, always the same."""
    rng = random.Random(_SEED)
    lists = {name: (_ENTITIES / f"{name}.txt").read_text(encoding="utf-8") for name in LISTS}
    composer = Composer(lists, rng)
    templates = rng.sample(composer.templates, _WITH_SOMEBODY)
    templates += rng.sample(composer.benign, _ORDINARY)
    return written(composer.compose(each).text for each in templates)


def main() -> None:
    """Runs the command."""
    REHEARSED_FILE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
