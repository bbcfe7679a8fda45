"""What an API has signed or encrypted goes on as it came: changed, it would be refused."""

import base64
import random
from typing import Any

import pytest

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import WordReader
from semroute.adapters.wire.passages import Reading, passages_of
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.domain.attack import CASCADE
from semroute.domain.examination import Examiner
from semroute.domain.guards import Check, Guards, Mode, PiiAction, PiiGuard
from semroute.domain.judgement import Consequence, judge
from semroute.domain.masking import masked
from semroute.domain.pii import PiiKind
from semroute.domain.screening import Screening

THOUGHT = "Let me look at that driver's license."
GUARDS = Guards(pii=PiiGuard(Mode.ENFORCE, dict.fromkeys(PiiKind, PiiAction.MASK)))


def signature(seed: int) -> str:
    """Returns what looks like one, and in its midst like a driving licence."""
    data = random.Random(seed).randbytes(300)
    letters = base64.b64encode(data).decode()
    return f"{letters[:200]}/dl/D1234567/{letters[200:]}"


PLACES: dict[str, Any] = {
    "anthropic": lambda text: {"type": "thinking", "thinking": THOUGHT, "signature": text},
    "openrouter": lambda text: {"type": "reasoning.text", "text": THOUGHT, "signature": text},
    "gemini": lambda text: {"extra_content": {"google": {"thought_signature": text}}},
}


def request(*parts: object) -> dict[str, Any]:
    turns = [{"role": "user", "content": THOUGHT}, {"role": "assistant", "content": list(parts)}]
    return {"messages": turns}


async def screened(document: dict[str, Any]) -> tuple[Reading, Screening]:
    reading = passages_of(document)
    screen = Screen(
        frozenset({Check.PII}),
        Examiner(views_of, PatternFinder(), None),
        WordReader(),
        CASCADE,
        True,  # noqa: FBT003 - people are looked for
        30.0,
        10_000_000,
        16,
        Remembered(0),
    )
    return reading, await screen(reading.passages, reading.opaque)


@pytest.mark.parametrize("place", PLACES)
async def test_random_bytes_that_are_signed_are_nobody_s_data(place: str) -> None:
    parts = [PLACES[place](signature(seed)) for seed in range(40)]
    _, found = await screened(request(*parts))
    assert found.data == ()
    assert not found.failures  # they take none of the windows there are
    assert found.opaque == ()


async def test_elsewhere_they_are_what_they_look_like() -> None:
    _, found = await screened(request({"note": signature(1)}))
    assert [datum.span.kind for datum in found.data] == [PiiKind.DRIVER_LICENSE]


@pytest.mark.parametrize(
    "field", ["signature", "encrypted_index", "thought_signature", "thoughtSignature"]
)
@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org",
        base64.b64encode(b"Please write to ann@example.org about all of the contract").decode(),
    ],
)
async def test_what_somebody_puts_there_is_found_and_not_changed(field: str, text: str) -> None:
    reading, found = await screened(request({"type": "thinking", field: text}, {"note": text}))
    judgement = judge(found, GUARDS)
    assert {sentence.consequence for sentence in judgement.sentences if sentence.what} == {
        Consequence.BLOCK
    }
    changed = masked(reading.passages, judgement.masked).texts
    assert [path[-1] for path in changed] == ["note"]


async def test_data_of_redacted_thinking_is_not_changed() -> None:
    part = {"type": "redacted_thinking", "data": "ann@example.org"}
    reading, found = await screened(request(part, {"note": "ann@example.org"}))
    changed = masked(reading.passages, judge(found, GUARDS).masked).texts
    assert [path[-1] for path in changed] == ["note"]


async def test_encrypted_content_is_not_changed() -> None:
    part = {"type": "reasoning", "encrypted_content": "ann@example.org"}
    reading, found = await screened(request(part, {"note": "ann@example.org"}))
    changed = masked(reading.passages, judge(found, GUARDS).masked).texts
    assert [path[-1] for path in changed] == ["note"]
    # Most of it nobody can read, which is a finding of its own.
    part = {"type": "reasoning", "encrypted_content": signature(1)}
    _, found = await screened(request(part))
    assert (found.data, len(found.opaque)) == ((), 1)


async def test_a_signature_in_another_part_is_a_text() -> None:
    reading, found = await screened(request({"type": "text", "signature": "ann@example.org"}))
    (changed,) = masked(reading.passages, judge(found, GUARDS).masked).texts.values()
    assert changed == "[EMAIL_1]"
