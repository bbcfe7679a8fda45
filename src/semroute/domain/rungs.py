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

    def at_once(self, prompt: Prompt) -> Classification | None:
        """Returns what the prompt's words say, if nobody else need be asked.

        Of a prompt too long to be read whole somebody must be.
        """
        if self.threshold is None:
            return None
        said = evolve(self.classifier.classify(prompt), rung=Rung.FAST)
        is_sure = said.best.probability >= self.threshold and said.coverage >= 1
        return said if is_sure else None


def instead(fast: FastRung | None, prompt: Prompt, fault: Reason) -> ClassificationOutcome:
    """Returns what to go by when the slower classifier did not answer.

    Args:
        fast: The first rung, if there is one.
        prompt: What it was asked.
        fault: Why it did not answer.
    """
    if fast is None:
        return Unclassified(fault)
    said = fast.classifier.classify(prompt)
    return evolve(said, rung=Rung.FAST_FALLBACK, fault=fault)
