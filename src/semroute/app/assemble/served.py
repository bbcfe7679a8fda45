"""What classifies prompts as the router does, and has time for it, made from settings."""

from attrs import evolve

from semroute.app.config import Library, policy_of
from semroute.app.served import ServedClassifier
from semroute.app.settings import Settings
from semroute.domain.ports import Classifier

from .fast import fast_of
from .policies import senses_of


def served_of(settings: Settings, library: Library, classifier: Classifier) -> ServedClassifier:
    """Returns what classifies as the router would.

    Args:
        settings: What was configured.
        library: The categories it may refer to.
        classifier: Reads a prompt's meaning.

    Raises:
        CheckpointError: The fast tier cannot be loaded; the operator's fault.
    """
    policy = policy_of(settings)
    model = next(iter(policy.aliases), policy.default_model)
    fast = fast_of(settings, library)
    return ServedClassifier(classifier, fast, senses_of(settings, policy), model)


def roomy(settings: Settings, prompts: int) -> Settings:
    """Returns settings under which so many prompts at once are not refused as overload.

    How many a measurement asks about at once says nothing about how good the answers are.
    """
    options = settings.classifier
    waiting = max(options.max_waiting, prompts * options.max_windows)
    return evolve(settings, classifier=evolve(options, max_waiting=waiting))
