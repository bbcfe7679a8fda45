"""Everything that is to be known of a request before its verdict falls."""

from functools import partial

import trio
from attrs import define, field, frozen

from semroute.domain.caching.inquiry import Bypass, Hit, Inquiry
from semroute.domain.chat import ChatRequest, Prompt
from semroute.domain.classification import Classification, ClassificationOutcome
from semroute.domain.decide import may_recall
from semroute.domain.errors import ClassifierError
from semroute.domain.policy import Policy
from semroute.domain.ports import Classifier
from semroute.domain.reasons import Reason
from semroute.domain.rungs import FastRung, instead
from semroute.domain.screening import Screening

from .recall import Recall
from .senses import Results, Senses
from .together import together
from .unrouted import ScreenTexts


def said_at_once(
    fast: FastRung | None, prompt: Prompt, senses: Senses, signals: Results
) -> Classification | None:
    """Returns what a prompt is about if its words alone say so, and nothing more is to be known."""
    said = None if fast is None else fast.at_once(prompt)
    if said is not None and senses.turns_on_complexity(signals, said):
        return None  # complexity only the classifier can tell
    return said


@define
class Assessed:
    """What is known of a request so far, and how many seconds it took to find out."""

    signals: Results
    outcome: ClassificationOutcome | None = None
    screening: Screening | None = None
    hit: Hit | None = None
    classify_seconds: float = 0.0
    screen_seconds: float = 0.0
    recall_seconds: float = 0.0
    classifying: trio.CancelScope = field(factory=trio.CancelScope)


@frozen
class Assess:
    """Finds out what is in a request and what it is about, at the same time.

    Args:
        policy: The rules.
        classifier: Says what prompts are about.
        screen: Looks for what the checks are about.
        senses: Finds out what became of signals.
        budget_seconds: How long it may take to say what a prompt is about.
        recall: Finds answers that were given before; None for no cache.
        fast: Says what prompts are about at once where it is sure; None if nobody can.
    """

    policy: Policy
    classifier: Classifier
    screen: ScreenTexts
    senses: Senses
    budget_seconds: float
    recall: Recall | None
    fast: FastRung | None

    async def __call__(
        self, chat: ChatRequest, inquiry: Inquiry | Bypass | None, signals: Results
    ) -> Assessed:
        """Returns what there is to know.

        Once nothing is found in it, and the very same request was answered before, nobody need
        know what it is about.

        Args:
            chat: The request.
            inquiry: What the cache is asked; None if there is none.
            signals: What became of the signals so far.

        Cancellation: Nothing is left behind.
        """
        assessed = Assessed(signals)
        looking = partial(self._look, chat, inquiry, assessed)
        classifying = partial(self._classify, chat, assessed)
        # Without checks the cache answers in microseconds, and there is nothing to wait for.
        for jobs in ([classifying, looking],) if self.policy.checks else ([looking], [classifying]):
            await together(*jobs)
        if self.policy.heeds_decisions(chat.model):
            assessed.signals = self.senses.concluded(
                assessed.signals, assessed.screening, assessed.outcome
            )
        return assessed

    async def _look(
        self, chat: ChatRequest, inquiry: Inquiry | Bypass | None, assessed: Assessed
    ) -> None:
        """Looks for what the checks are about, and then for an answer."""
        if self.policy.checks:
            started = trio.current_time()
            assessed.screening = await self.screen(chat.passages, chat.opaque)
            assessed.screen_seconds = trio.current_time() - started
        await self._recall(inquiry, assessed)

    async def _recall(self, inquiry: Inquiry | Bypass | None, assessed: Assessed) -> None:
        """Looks for the answer to the very same request."""
        if self.recall is None or not isinstance(inquiry, Inquiry):
            return
        started = trio.current_time()
        hit = await self.recall.exact(inquiry)
        assessed.recall_seconds = trio.current_time() - started
        if hit is not None and may_recall(hit, assessed.screening, self.policy):
            assessed.hit = hit
            assessed.classifying.cancel()

    async def _classify(self, chat: ChatRequest, assessed: Assessed) -> None:
        """Finds out what the prompt is about and means, if that decides anything."""
        if not self.policy.heeds_decisions(chat.model):
            return
        is_ours = self.policy.asked(chat.model) is not None
        needs_category = self._needs_category(assessed.signals, is_ours=is_ours)
        is_needed = needs_category or bool(self.senses.unsettled(assessed.signals))
        prompt = chat.prompt(self.policy.max_context_chars) if is_needed else None
        if prompt is None or assessed.hit is not None:
            return
        started = trio.current_time()
        with assessed.classifying:
            if needs_category:
                assessed.outcome = await self._said_of(prompt, assessed.signals)
            assessed.signals = await self.senses.meant(assessed.signals, prompt.text)
        assessed.classify_seconds = trio.current_time() - started

    async def _said_of(self, prompt: Prompt, signals: Results) -> ClassificationOutcome:
        """Returns what a prompt is about, or why nobody could say so in time."""
        said = said_at_once(self.fast, prompt, self.senses, signals)
        fault = Reason.CLASSIFIER_TIMEOUT
        try:
            with trio.move_on_after(self.budget_seconds):
                said = said or await self.classifier.classify(prompt)
        except ClassifierError as error:
            fault = error.reason
        return instead(self.fast, prompt, fault) if said is None else said

    def _needs_category(self, signals: Results, *, is_ours: bool) -> bool:
        """Whether anything turns on what the prompt is about."""
        if self.senses.turns_on_category(signals):
            return True
        return is_ours and (self.policy.heeds_categories or not self.senses.names_models(signals))
