"""Rules about what a request literally says, as signals of ours."""

import re
from collections.abc import Mapping
from typing import Final

from .document import Plain
from .source import Source

_OPERATORS: Final = {"OR": "any", "AND": "all", "NOR": "none"}

# How alike two words must be there, of 100, is how many letters may be wrong here.
_STRICT: Final = 90

_COUNT: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KM]?)\s*", re.IGNORECASE)
_UNITS: Final = {"": 1, "K": 1000, "M": 1_000_000}

# What an expression may be repeated without growing out of proportion.
_MOST_REPEATED: Final = 50

# Bytes of English per token, about.
_BYTES_PER_TOKEN: Final = 4

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")  # ISO 639

_MODALITIES: Final = ("image", "audio", "video", "file")
_NO_COUNT: Final = "only whether something is there can be asked here, or at least how often"


def keywords(node: Source) -> Mapping[str, Plain]:
    """Returns what words must stand in a prompt."""
    operator = node.get("operator")
    said = operator.as_text() if operator is not None else "OR"
    words: list[Plain] = list(node.texts("keywords"))
    if said is None or (operator is not None and said.upper() not in _OPERATORS):
        if operator is not None:
            operator.misread("it must be OR, AND or NOR")
        return {}
    signal: dict[str, Plain] = {_OPERATORS[said.upper()]: words}
    if node.flag("case_sensitive"):
        signal["case_sensitive"] = True
    method = node.text("method") or ("fuzzy" if node.flag("fuzzy_match") else "regex")
    node.flag("fuzzy_match")
    limits = [node.number(f"{each}_threshold") for each in ("fuzzy", "ngram", "bm25")]
    node.integer("ngram_arity")
    match method:
        case "fuzzy":
            signal["typos"] = 1 if (limits[0] or _STRICT) >= _STRICT else 2
            node.approximated("so many letters of a word may be wrong, instead of a likeness")
        case "ngram":
            signal["typos"] = 2
            node.approximated("two letters of a word may be wrong, instead of a share of n-grams")
        case "bm25":
            node.approximated("words are there or not; how rare they are does not count")
        case _:
            pass
    return {"": {"keywords": signal}}


def structure(node: Source) -> Mapping[str, Plain]:
    """Returns what form a prompt must have, as far as an expression or a length can tell."""
    source = node.at("feature", "source")
    feature = node.at("feature", "type")
    kind = feature.as_text() if feature is not None else None
    least = _at_least(node, kind)
    if source is None or least is None:
        node.left(_NO_COUNT, "write a regex signal that comes close")
        return {}
    match source.text("type"):
        case "regex" if (pattern := source.text("pattern")) and least <= _MOST_REPEATED:
            whole = pattern if least == 1 else f"(?s:(?:{pattern}).*?){{{least}}}"
            return {"": {"regex": {"pattern": whole}}}
        case "keyword_set" if least == 1:
            words: list[Plain] = list(source.texts("keywords"))
            signal: dict[str, Plain] = {"any": words}
            if source.flag("case_sensitive"):
                signal["case_sensitive"] = True
            return {"": {"keywords": signal}}
        case "text_bytes":
            node.approximated(
                f"the whole request counts, in tokens of about {_BYTES_PER_TOKEN} bytes"
            )
            return {"": {"context": {"at_least": least // _BYTES_PER_TOKEN}}}
        case _:
            node.left(_NO_COUNT, "write a regex signal that comes close")
            return {}


def context(node: Source) -> Mapping[str, Plain]:
    """Returns how long a request must be."""
    least, most = _tokens(node, "min_tokens"), _tokens(node, "max_tokens")
    signal: dict[str, Plain] = {"at_least": least or 0}
    if most is not None:
        signal["below"] = most + 1  # theirs is inclusive
    return {"": {"context": signal}}


def language(node: Source) -> Mapping[str, Plain]:
    """Returns which language a prompt must be in; the rule's name is its code."""
    code = (node.text("name") or "").lower()
    if not _LANGUAGE.fullmatch(code):
        node.left("its name is no code of a language", "write a language signal with one, as de")
        return {}
    signal: dict[str, Plain] = {"any": [code]}
    threshold = node.probability("threshold")
    if threshold:
        signal["at_least"] = threshold
    return {"": {"language": signal}}


def conversation(node: Source) -> Mapping[str, Plain]:
    """Returns what a conversation must hold: tools, or images."""
    source = node.at("feature", "source", "type")
    feature = node.at("feature", "type")
    what = source.as_text() if source is not None else None
    least = _at_least(node, feature.as_text() if feature is not None else None)
    match what:
        case "tool_definition" if least is not None:
            return {"": {"tools": {"at_least": least}}}
        case "image_content" | "audio_content" | "video_content" | "file_content" if least == 1:
            return {"": {"modality": {"any": [what.removesuffix("_content")]}}}
        case _:
            node.left("a conversation can be asked for its tools and its images, no more")
            return {}


def input_modality(node: Source) -> Mapping[str, Plain]:
    """Returns what a request must bring beside text."""
    modality = node.get("modality")
    said = modality.as_text() if modality is not None else node.text("name")
    if said not in _MODALITIES:
        node.left(f"only {', '.join(_MODALITIES)} can be asked for")
        return {}
    return {"": {"modality": {"any": [said]}}}


def _at_least(node: Source, feature: str | None) -> int | None:
    """Returns how often something must be there at least; None if more is asked than that."""
    predicate = node.get("predicate")
    if feature == "exists" and predicate is None:
        return 1
    if feature not in ("exists", "count") or predicate is None:
        return None
    bounds = {key: predicate.number(key) for key in ("gt", "gte", "lt", "lte")}
    given = {key: value for key, value in bounds.items() if value is not None}
    match given:
        case {"gte": least, **others} if not others and least >= 1:
            return int(least)
        case {"gt": least, **others} if not others and least >= 0:
            return int(least) + 1
        case _:
            return None


def _tokens(node: Source, key: str) -> int | None:
    """Returns a number of tokens, which may be written as 32K."""
    child = node.get(key)
    if child is None:
        return None
    said = _COUNT.fullmatch(str(child.value))
    if said is None or isinstance(child.value, bool):
        child.misread("it must be a number of tokens, as 8000 or 8K")
        return None
    child.carried()
    return int(float(said[1]) * _UNITS[said[2].upper()])
