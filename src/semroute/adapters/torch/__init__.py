"""The embedded encoder: a real transformer in worker threads, and what is read off its vectors.

torch and transformers, seconds of work, are imported only when a model is loaded, in a thread.
"""

from .checkpoint import CheckpointError
from .classifier import Progress, TorchClassifier
from .encoder import load_encoder

__all__ = ["CheckpointError", "Progress", "TorchClassifier", "load_encoder"]
