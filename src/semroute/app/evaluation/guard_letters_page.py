"""What the letters may decide alone, for people and for machines."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never

from attrs import asdict

from .figures import as_json
from .guard_letters import LettersReport, NoReader, TooFew, Tried
from .pages import Table, number, with_interval

Letters: TypeAlias = LettersReport | NoReader | TooFew
"""What is known of the letters alone."""

_TITLE: Final = "What the letters may decide alone"
_COLUMNS: Final = (
    *("risk", "unsure_from", "sure_from", "worse", "better", "comes to"),
    *("read", "recall", "false positives"),
)


def letters_lines(letters: Letters) -> Iterator[str]:
    """Yields why there are no figures, if there are none."""
    match letters:
        case LettersReport():
            pass
        case NoReader():
            yield f"{_TITLE}: everything. Nobody here judges attacks by meaning."
        case TooFew(chosen_on, confirmed_on, needed):
            yield (
                f"{_TITLE} cannot be said: to choose bounds there are {chosen_on.attacks:,} "
                f"attacks and {chosen_on.others:,} other texts, to confirm them "
                f"{confirmed_on.attacks:,} and {confirmed_on.others:,}. It takes {needed} of each."
            )
        case _ as never:
            assert_never(never)


def letters_tables(letters: Letters) -> Iterator[Table]:
    """Yields the figures, if there are any."""
    if isinstance(letters, LettersReport):
        yield Table(
            _TITLE,
            _COLUMNS,
            (
                _row("configured", letters.configured),
                *(_row(f"{risk:g}", tried) for risk, tried in letters.chosen.items()),
                _row("always asked", letters.always),
            ),
            _note(letters),
        )


def _note(letters: LettersReport) -> str:
    first, second = letters.chosen_on, letters.confirmed_on
    cut = f" Of {letters.cut:,} long texts it read as much as of a request." if letters.cut else ""
    return (
        "The widest bounds of `screening` whose risk is kept on one half of the texts "
        f"({first.attacks:,} attacks, {first.others:,} others), and what they come to on the other "
        f"half ({second.attacks:,}, {second.others:,}). Risk: how many of all texts come off "
        "worse, judged wrongly, and rightly if the encoder is always asked, beyond those that come "
        f"off better. One text of the first half is {1 / first.size:.2g}: risks below that cannot "
        "be told from none. Read: the share that the encoder has to read; for this table it read "
        f"all of them.{cut}"
    )


def _row(name: str, tried: Tried) -> tuple[str, ...]:
    figures = tried.figures
    return (
        name,
        *_bounds(tried),
        *map(with_interval, (figures.worse, figures.better)),
        number(figures.risk),
        number(figures.read.share),
        with_interval(figures.tally.recall),
        with_interval(figures.tally.false_positive_rate),
    )


def _bounds(tried: Tried) -> tuple[str, str]:
    """In YAML 1e-05, as Python would write it, is a string."""
    low, high = tried.bounds.unsure_from, tried.bounds.sure_from
    return f"{Decimal(str(low)).normalize():f}", f"{Decimal(str(high)).normalize():f}"


def letters_patch(letters: Letters) -> str:
    """Returns the lines of a configuration for the risk that was asked for; none if unknown."""
    if not isinstance(letters, LettersReport):
        return ""
    tried = letters.chosen[letters.risk]
    low, high = _bounds(tried)
    read, before = tried.figures.read, letters.configured.figures.read
    return (
        "# On the half that these bounds were not chosen on, the risk comes to "
        f"{number(tried.figures.risk)}; {letters.risk:g} was asked for.\n"
        f"# The encoder reads {with_interval(read)} of the texts; as configured, "
        f"{with_interval(before)}.\n"
        f"screening:\n  unsure_from: {low}\n  sure_from: {high}"
    )


def letters_as_json(letters: Letters) -> dict[str, Any]:
    """Returns all of it as one JSON object."""
    match letters:
        case NoReader():
            return {"why_not": "no_reader"}
        case TooFew():
            return {"why_not": "too_few", **asdict(letters)}
        case LettersReport():
            chosen = letters.chosen[letters.risk]
            return {
                "chosen_on": asdict(letters.chosen_on),
                "confirmed_on": asdict(letters.confirmed_on),
                "cut": letters.cut,
                "configured": _as_json(letters.configured),
                "risks": [
                    {"asked": risk} | _as_json(tried) for risk, tried in letters.chosen.items()
                ],
                "always_asked": _as_json(letters.always),
                "patch": {"risk": letters.risk, "screening": asdict(chosen.bounds)},
            }
        case _ as never:
            assert_never(never)


def _as_json(tried: Tried) -> dict[str, Any]:
    figures = tried.figures
    return asdict(tried.bounds) | {
        "risk": figures.risk,
        "worse": as_json(figures.worse),
        "better": as_json(figures.better),
        "read": as_json(figures.read),
        "recall": as_json(figures.tally.recall),
        "false_positive_rate": as_json(figures.tally.false_positive_rate),
    }
