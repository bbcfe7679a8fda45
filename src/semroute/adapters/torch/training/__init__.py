"""How the heads come about: from labelled texts to files, the same bytes every time.

One more head is a module here with a function that
takes texts and a `Vectorizer` and writes a file, a value of `Head` in `app/training/manifest.py`,
a case in `_learnt` of `app/cli/train_heads.py`, and a place in the groups of `app/cli/crew.py`.
"""

from .attack_extension import extend_attacks
from .attack_letters import LetterModel
from .attack_texts import COMBINED, AttackText
from .attacks import train_attacks
from .categories import train_categories
from .category_texts import CategoryText
from .complexity import Trial, train_complexity
from .entities import train_entities
from .entity_corpus import EntityText
from .entity_extension import extend_entities
from .extension import extend_categories
from .fast import train_fast
from .figures import Figures
from .held_out import HeldOut, hold_out
from .sentences import LISTS
from .vectors import UnfitMemoryError, Vectorizer

__all__ = [
    "COMBINED",
    "LISTS",
    "AttackText",
    "CategoryText",
    "EntityText",
    "Figures",
    "HeldOut",
    "LetterModel",
    "Trial",
    "UnfitMemoryError",
    "Vectorizer",
    "extend_attacks",
    "extend_categories",
    "extend_entities",
    "hold_out",
    "train_attacks",
    "train_categories",
    "train_complexity",
    "train_entities",
    "train_fast",
]
