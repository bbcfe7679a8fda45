"""When a prompt's words alone say what it is about, and when its meaning is asked for."""

from attrs import evolve, frozen

from .chat import Prompt
from .classification import Classification, ClassificationOutcome, Rung, Unclassified
from .ports import QuickClassifier
from .reasons import Reason


@frozen
class FastRung:
    """The first rung: a classifier that answers at once, and when that is enough.

    Args:
        classifier: Answers at once.
        threshold: How probable its best category must be to be believed without asking the
            slower classifier; None if that one is always asked, because it is better or because
            something else needs its pass over the prompt in any case.
    """

    classifier: QuickClassifier
    threshold: float | None = None

    def ask(self, prompt: Prompt) -> Classification:
        """Returns what the prompt's words say."""
        return evolve(self.classifier.classify(prompt), rung=Rung.FAST)

    def is_enough(self, said: Classification) -> bool:
        """Whether nobody else need be asked. Of a prompt too long to be read whole it is not."""
        is_sure = self.threshold is not None and said.best.probability >= self.threshold
        return is_sure and said.coverage >= 1


def instead(said: Classification | None, fault: Reason) -> ClassificationOutcome:
    """Returns what to go by when the slower classifier did not answer.

    Args:
        said: What the prompt's words say, if anybody asked.
        fault: Why it did not answer.
    """
    if said is None:
        return Unclassified(fault)
    return evolve(said, rung=Rung.FAST_FALLBACK, fault=fault)
