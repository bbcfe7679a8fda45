from attrs import evolve, frozen

from semroute.domain.chat import ChatRequest, Message, Prompt, Role
from semroute.domain.classification import Classification, Rung, Unclassified
from semroute.domain.decide import decide
from semroute.domain.findings import Findings
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import Candidate, Category, Model, WeightedEndpoint
from semroute.domain.rungs import FastRung, instead
from semroute.domain.verdict import Routed

SURE = Classification.ranked({"math": 0.9, "law": 0.1})
PLACES = (WeightedEndpoint("gpu"),)
POLICY = Policy(
    models={"small": Model("small", PLACES), "euler": Model("euler", PLACES)},
    default_model="small",
    categories={"math": Category("math", (Candidate("euler", 1),))},
    min_confidence=0.5,
)


@frozen
class Says:
    """Says the same of everything."""

    said: Classification

    def classify(self, prompt: Prompt) -> Classification:
        return self.said


PROMPT = Prompt("1 + 1")


def test_an_answer_at_the_threshold_is_enough() -> None:
    rung = FastRung(Says(SURE), 0.9)
    assert rung.at_once(PROMPT) == evolve(SURE, rung=Rung.FAST)
    assert evolve(rung, threshold=0.91).at_once(PROMPT) is None


def test_no_answer_is_enough_if_the_classifier_is_asked_in_any_case() -> None:
    certain = Classification.ranked({"math": 1.0})
    assert FastRung(Says(certain), None).at_once(PROMPT) is None
    assert FastRung(Says(certain), 1.0).at_once(PROMPT) is not None


def test_a_prompt_that_was_read_in_part_is_for_the_classifier() -> None:
    assert FastRung(Says(evolve(SURE, coverage=0.99)), 0.5).at_once(PROMPT) is None


def test_without_a_first_rung_a_missing_answer_is_missing() -> None:
    missing = instead(None, PROMPT, Reason.CLASSIFIER_OVERLOAD)
    assert missing == Unclassified(Reason.CLASSIFIER_OVERLOAD)


def test_what_stands_in_for_an_answer_says_so_and_why() -> None:
    stand_in = instead(FastRung(Says(SURE)), PROMPT, Reason.CLASSIFIER_TIMEOUT)
    assert isinstance(stand_in, Classification)
    assert stand_in.rung is Rung.FAST_FALLBACK
    assert stand_in.fault is Reason.CLASSIFIER_TIMEOUT
    assert stand_in.scores == SURE.scores


def test_a_stand_in_that_is_sure_chooses_and_one_that_is_not_gives_the_classifier_s_reason() -> (
    None
):
    def reason(said: Classification) -> tuple[str, Reason]:
        chat = ChatRequest("auto", (Message(Role.USER, "1 + 1"),))
        stand_in = instead(FastRung(Says(said)), PROMPT, Reason.CLASSIFIER_OVERLOAD)
        verdict = decide(chat, Findings(0.0, stand_in), POLICY)
        assert isinstance(verdict, Routed)
        return verdict.decision.model, verdict.decision.reason

    assert reason(SURE) == ("euler", Reason.CLASSIFIER)
    unsure = Classification.ranked({"math": 0.4, "law": 0.3, "art": 0.3})
    assert reason(unsure) == ("small", Reason.CLASSIFIER_OVERLOAD)
