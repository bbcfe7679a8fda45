"""Attacks on a model, as far as their wording gives them away."""

from .model import ARTEFACT, AttackModelError, LexicalAttackModel

__all__ = ["ARTEFACT", "AttackModelError", "LexicalAttackModel"]
