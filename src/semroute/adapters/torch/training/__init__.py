"""How the heads come about: from labelled texts to files, the same bytes every time.

One more head is a module here with a function that
takes texts and a `Vectorizer` and writes a file, a value of `Head` in `app/training/manifest.py`,
and a case in `Trainer` of `app/cli/train_heads.py`.
"""

from .attacks import AttackText, train_attacks
from .categories import train_categories
from .category_texts import CategoryText
from .complexity import Trial, train_complexity
from .extension import extend_categories
from .fast import train_fast
from .held_out import HeldOut, hold_out
from .vectors import Vectorizer

__all__ = [
    "AttackText",
    "CategoryText",
    "HeldOut",
    "Trial",
    "Vectorizer",
    "extend_categories",
    "hold_out",
    "train_attacks",
    "train_categories",
    "train_complexity",
    "train_fast",
]
