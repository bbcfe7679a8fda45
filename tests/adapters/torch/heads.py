"""Small heads, for tests that are not about how well one was trained."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from semroute.adapters.torch.attack_head import ATTACKS_FILE
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import CLASSES, ENTITIES_FILE, LAYERS
from semroute.adapters.torch.shapes import SHAPES
from semroute.adapters.torch.word_network import NEIGHBOURHOOD
from semroute.domain.attack import AttackKind


def save_attack_head(directory: Path, encoder: Encoder, like: str, *temperatures: float) -> None:
    """Saves a head to which a text is an attack as far as it means this."""
    save_file(
        {
            "weight": np.repeat(encoder.encode([like]), len(AttackKind), axis=0) * 10,
            "bias": np.full(len(AttackKind), -5, np.float32),
        },
        directory / ATTACKS_FILE,
        {
            "kinds": json.dumps(list(AttackKind)),
            "encoder": encoder.checkpoint.fingerprint,
            "temperatures": json.dumps(temperatures or [1.0] * len(AttackKind)),
        },
    )


def save_entity_head(directory: Path, fingerprint: str) -> None:
    """Saves a head that finds nobody."""
    save_file(
        {
            "words.weight": np.zeros((4, len(LAYERS) * 384 + SHAPES), np.float16),
            "words.bias": np.zeros(4, np.float16),
            "hidden.weight": np.zeros((4, NEIGHBOURHOOD * 4), np.float16),
            "hidden.bias": np.zeros(4, np.float16),
            "output.weight": np.zeros((CLASSES, 4), np.float16),
            "output.bias": np.array([9, 0, 0, 0], np.float16),
        },
        directory / ENTITIES_FILE,
        {"thresholds": "[0.5, 0.5]", "encoder": fingerprint},
    )
