"""What the core needs from outside, named by role."""

from .answers import AnswerArchive, AnswerStore, Claims
from .codecs import AnswerCodec, CacheCodec, ChatCodec, ContinuableCodec, ModelDirectory, TextCodec
from .exchange import ExchangeStream
from .observers import CacheObserver, Observer
from .patience import Patience, endless
from .understanding import (
    Classifier,
    Embedder,
    MeaningSensor,
    QuickClassifier,
    Reranker,
    TextReader,
    TextSensor,
    ToolRanker,
)

__all__ = [
    "AnswerArchive",
    "AnswerCodec",
    "AnswerStore",
    "CacheCodec",
    "CacheObserver",
    "ChatCodec",
    "Claims",
    "Classifier",
    "ContinuableCodec",
    "Embedder",
    "ExchangeStream",
    "MeaningSensor",
    "ModelDirectory",
    "Observer",
    "Patience",
    "QuickClassifier",
    "Reranker",
    "TextCodec",
    "TextReader",
    "TextSensor",
    "ToolRanker",
    "endless",
]
