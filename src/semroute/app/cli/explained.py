"""An explanation, as people read it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.text import Text
from rich.tree import Tree

from semroute.domain.views import RAW

_MARKS: Final[Mapping[str | None, tuple[str, str]]] = {
    "matched": ("✓", "green"),
    "not_matched": ("✗", "red"),
    "unknown": ("?", "yellow"),
    None: ("·", "dim"),
}
_READERS: Final = {
    "fast": "letters",
    "encoder": "letters and encoder",
    "fast_fallback": "letters in the encoder's place",
}
_DISGUISES: Final = {
    "normalised": "look-alike or invisible characters",
    "accents": "accents",
    "spaced": "blanks between letters",
    "leet": "leetspeak",
    "tags": "Unicode tags",
    "selectors": "variation selectors",
    "hex": "hexadecimal",
    "grouped": "encoding in groups",
    "codes": "numbers of characters",
    "percent": "percent-encoding",
    "reversed": "reversal",
    "morse": "Morse code",
}
_SHOWN_SCORES: Final = 4
_SHOWN_FLIPS: Final = 8  # the nearest; `--json` has them all
_LABEL: Final = 12  # columns

Document = Mapping[str, Any]


def tree_of(document: Document) -> Tree:
    """Returns the explanation of any decision as a tree."""
    if "refused" in document:
        return Tree(_headed("refused", f" with {document['refused']}: {document['message']}"))
    if "blocked" in document:
        what = document["found"].replace("_", " ")
        rest = f" by {document['check']} with {document['blocked']}: {what}"
        return _with(Tree(_headed("blocked", rest)), _looked_at(document))
    if "served" in document:
        rest = f" from the cache, {document['served']}: {document['route']} → {document['model']}"
        return _with(Tree(_headed("answered", rest, "green")), _looked_at(document))
    if "passed" in document:
        return _with(Tree(f"not routed   reason {document['passed']}"), _looked_at(document))
    return _with(Tree(_title(document)), _routed(document))


def _title(document: Document) -> Text:
    what = document["decision"] or document["category"] or "any prompt"
    return Text.assemble(
        (f"{what} → {document['model']}", "bold"),
        f"   confidence {document['confidence']:.3f}   reason {document['reason']}   "
        f"{document['milliseconds']:.1f} ms",
    )


def _headed(word: str, rest: str, style: str = "red") -> Text:
    return Text.assemble((word, style), rest)


def _with(tree: Tree, branches: Iterator[Tree]) -> Tree:
    tree.children.extend(branches)
    return tree


def _line(label: str, text: str | Text) -> Tree:
    return Tree(Text.assemble(f"{label:<{_LABEL}}", text))


def _routed(document: Document) -> Iterator[Tree]:
    yield _line("why", document["why"])
    yield _line("asked", _asked(document["asked"]))
    yield from _conversation(document["conversation"])
    yield from _looked_at(document)
    yield from _category(document)
    yield from _candidates(document["weighed"])
    yield from _edits(document["edits"])
    shares = " │ ".join(f"{name} {share:.0%}" for name, share in document["endpoints"].items())
    down = document["unhealthy"]
    yield _line("endpoints", f"{shares}   out of order: {', '.join(down)}" if down else shares)
    yield _line("cache", _cache(document["cache"]))
    flips = document["would_change"]
    for flip in flips[:_SHOWN_FLIPS]:
        yield _line("would be", _flip(flip, document["decision"]))
    if len(flips) > _SHOWN_FLIPS:
        yield _line("", f"and {len(flips) - _SHOWN_FLIPS} more, which --json shows")


def _looked_at(document: Document) -> Iterator[Tree]:
    yield from (_line("guards", line) for line in _guards(document["guards"]))
    signals, decisions = document["signals"], document["decisions"]
    if signals:
        sensed = sum(each["match"] is not None for each in signals.values())
        branch = _line("signals", f"{sensed} of {len(signals)} had to be sensed")
        wide = max(map(len, signals))
        for name, signal in signals.items():
            branch.add(_signal(f"{name:<{wide}}", signal))
        yield branch
    if decisions:
        branch = _line("decisions", "the first that holds is done")
        for decision in decisions:
            chosen = " ← chosen" if decision["chosen"] else ""
            inner = branch.add(
                _marked(
                    decision["match"],
                    f"{decision['name']} (priority {decision['priority']}){chosen}",
                )
            )
            inner.children.append(_condition(decision["when"]))
        yield branch


def _asked(asked: Document) -> str:
    if not asked["is_alias"]:
        return f"{asked['model']}, by name"
    given, wished = asked["quality"], asked["wished"]
    said = "as configured" if wished is None else f"wished {wished:g}"
    return (
        f"{asked['model']} │ quality {given:g} ({said}; {asked['least']:g} to {asked['most']:g} "
        "may be wished)"
    )


def _conversation(told: Document) -> Iterator[Tree]:
    if told["continues_at"] is not None:
        yield _line("goes on at", told["continues_at"])
    place, switch = told["at"], told["switch"]
    if place is None:
        return
    waits = ", in a loop with its tools" if told["in_loop"] else ""
    branch = _line(
        "pinned", f"{told['pinning']}: it is with {place['model']} at {place['endpoint']}{waits}"
    )
    if switch is not None:
        sign = "≤" if switch["gain"] <= switch["cost"] else ">"
        sums = f"gain {switch['gain']:.3f} {sign} cost {switch['cost']:.3f}"
        branch.add(f"a change to {switch['to']}: {sums}")
    yield branch


def _signal(name: str, signal: Document) -> Text:
    kind = signal["kind"]
    if signal["match"] is None:
        return _marked(None, f"{name}  {kind}: nobody needed to know")
    parts = [f"{name}  {kind}"]
    value, threshold, margin = signal["value"], signal["threshold"], signal["margin"]
    if threshold is not None and isinstance(value, int | float):
        sign = "≥" if value >= threshold else "<"
        parts.append(f"{value:.4g} {sign} {threshold:g} (by {abs(margin):.3g})")
    elif value is not None:
        parts.append(str(value))
    if signal["why"]:
        parts.append(signal["why"])
    return _marked(signal["match"], "  ".join(parts))


def _condition(told: Document) -> Tree:
    match = told["match"]
    if "signal" in told:
        return Tree(_marked(match, told["signal"]))
    if "not" in told:
        tree = Tree(_marked(match, "not"))
        tree.children.append(_condition(told["not"]))
        return tree
    word = "all" if "all" in told else "any"
    tree = Tree(_marked(match, word))
    tree.children.extend(map(_condition, told[word]))
    return tree


def _marked(match: str | None, text: str) -> Text:
    mark, style = _MARKS[match]
    return Text.assemble((mark, style), f" {text}")


def _guards(sentences: Sequence[Document]) -> Iterator[str]:
    """Yields a line for each check that found something, and one for the rest."""
    for each in sentences:
        if each["consequence"] != "allow":
            done = each["consequence"] if each["done"] else f"would {each['consequence']}"
            yield f"{_check(each)} → {done} ({each['found']}{_hidden(each['view'])})"
    quiet = [f"{_check(each)} ok" for each in sentences if each["consequence"] == "allow"]
    if quiet:
        yield " │ ".join(quiet)


def _check(sentence: Document) -> str:
    words = [str(sentence["check"])]
    if sentence["probability"] is not None:
        words.append(f"{sentence['probability']:.2f}")
        if sentence["consequence"] != "allow":
            words.append(f"by {_READERS[sentence['rung']]}")
    if sentence["fault"] is not None:
        words.append(f"unchecked: {sentence['fault']}")
    return " ".join(words)


def _hidden(view: str | None) -> str:
    """Says what hid a finding, if anything did; a text may wear one disguise over another."""
    if view is None or view == RAW:
        return ""
    return f", hidden by {' and '.join(_DISGUISES.get(each, each) for each in view.split('+'))}"


def _category(document: Document) -> Iterator[Tree]:
    scores = list(document["scores"].items())
    if not scores:
        return
    shown = " │ ".join(f"{name} {score:.3f}" for name, score in scores[:_SHOWN_SCORES])
    yield _line("categories", shown)
    yield _line("rung", document["rung_in_words"])
    fast = document["fast"]
    if fast["why"]:
        yield _line("fast tier", f"{fast['role']}: {fast['why']}")
    for name in ("complexity", "strangeness"):
        if document[name] is not None:
            yield _line(name, f"{document[name]:.2f} (the share of known prompts with less)")
    best, threshold = scores[0][1], document["min_confidence"]
    sign = "≥" if best >= threshold else "<"
    yield _line("threshold", f"{best:.3f} {sign} {threshold:.3f} (routing.min_confidence)")


def _candidates(weighed: Sequence[Document]) -> Iterator[Tree]:
    if not weighed:
        return
    branch = _line("candidates", "score │ cost │ utility = good·q − burden·(1 − q)")  # noqa: RUF001 - it is a minus
    wide = max(len(each["model"]) for each in weighed)
    for each in weighed:
        cost = "no price" if each["cost"] is None else f"${each['cost'] * 1000:.3g}/1000"
        line = (
            f"{each['model']:<{wide}}  {each['score']:g} │ {cost} │ "
            f"{each['utility']:.3f} = {each['formula']}"
        )
        if each["obstacle"] is None:
            branch.add(Text(line))
        else:
            branch.add(_marked("not_matched", f"{line}  {each['obstacle']}"))
    yield branch


def _edits(edits: Document) -> Iterator[Tree]:
    parts = []
    if edits["reasoning"]:
        how = edits["family"] or "no family, so nothing is said"
        parts.append(f"reasoning {edits['reasoning']} ({how})")
    if edits["system_prompt"]:
        parts.append(f"system prompt {edits['system_prompt']}")
    if edits["tools"]:
        parts.append(f"tools {edits['tools']}")
    if edits["headers"]:
        parts.append(f"headers {', '.join(edits['headers'])}")
    if edits["masked"]:
        parts.append("personal data masked")
    if parts:
        yield _line("edits", " │ ".join(parts))


def _cache(cache: Document) -> str:
    if cache["said"]:
        return str(cache["said"])
    obstacle = cache["obstacle"]
    if obstacle is None:
        return f"{cache['mode']}: the answer may be kept ({cache['scope']})"
    return str(obstacle if obstacle == "off" else f"{cache['mode']}, but not this one: {obstacle}")


def _flip(flip: Document, decision: str | None) -> str:
    if flip["blocked_by"] is not None:
        where = f"blocked by {flip['blocked_by']}"
    elif flip["known"]:
        where = flip["to"]
        if flip["decision"] != decision:
            named = f"decision {flip['decision']}" if flip["decision"] else "no decision"
            where = f"{where} ({named})"
    elif flip["decision"] is not None:
        where = f"decision {flip['decision']}, and who its category says,"
    else:
        where = "up to signals that nobody sensed"
    return f"{where} if {flip['if']}"
