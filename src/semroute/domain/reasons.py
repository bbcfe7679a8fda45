"""The closed vocabulary of why a request went where it went."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a verdict fell. The value is what headers, logs and metric labels carry."""

    CLASSIFIER = "classifier"
    RULE = "rule"
    CAPABILITY = "capability"
    HEALTH = "health"
    PINNED = "pinned"
    CANARY = "canary"
    EXPLICIT_MODEL = "explicit_model"
    ABSTAIN = "abstain"
    DEFAULT = "default"
    PASSTHROUGH = "passthrough"
    UNREADABLE = "unreadable"
    PRIVACY = "privacy"
    STICKY = "sticky"
    CACHE_HIT = "cache_hit"
    CLASSIFIER_ERROR = "classifier_error"
    CLASSIFIER_TIMEOUT = "classifier_timeout"
    CLASSIFIER_OVERLOAD = "classifier_overload"
    NOT_LOADED = "not_loaded"
