"""What the router says a prompt is about, asked without a request around it."""

from attrs import frozen

from semroute.domain.chat import ChatRequest, Message, Prompt, Role
from semroute.domain.classification import Classification
from semroute.domain.headers import Headers
from semroute.domain.http import Service
from semroute.domain.ports import Classifier
from semroute.domain.rungs import FastRung

from .assess import said_at_once
from .senses import Senses


@frozen(eq=False)
class ServedClassifier:
    """Classifies as the router does: the fast tier where it is sure, or else the classifier.

    There is no budget: what a machine under load would not have said in time is said all the same.

    Args:
        classifier: Reads a prompt's meaning.
        fast: Answers at once where it is sure; None if nobody can.
        senses: Finds out whether a decision turns on more than the category.
        model: What clients are taken to ask for.
    """

    classifier: Classifier
    fast: FastRung | None
    senses: Senses
    model: str

    @property
    def is_ready(self) -> bool:
        """Whether the slower classifier is."""
        return self.classifier.is_ready

    @property
    def slower(self) -> Classifier | None:
        """Whom the fast tier may leave unasked; None if it never does."""
        may_decide = self.fast is not None and self.fast.threshold is not None
        return self.classifier if may_decide else None

    async def classify(self, prompt: Prompt) -> Classification:
        """Returns what a request with this prompt and nothing else is taken to be about.

        Raises:
            ClassifierError: The slower classifier did not answer.
        """
        if self.slower is None:
            return await self.classifier.classify(prompt)
        chat = ChatRequest(self.model, (Message(Role.USER, prompt.text),))
        signals = await self.senses.at_first(chat, Headers.of({}), Service.CHAT_COMPLETIONS.value)
        said = said_at_once(self.fast, prompt, self.senses, signals)
        return said or await self.classifier.classify(prompt)
