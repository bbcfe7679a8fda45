"""People are found in what a text hides, and nobody pays for it whose text hides nothing."""

# ruff: noqa: RUF001 - characters that look alike are what some of it is about

import base64
import codecs
import random
import textwrap
from collections.abc import Callable, Sequence

import pytest
from attrs import define, field

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import WordReader
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.domain.attack import CASCADE
from semroute.domain.examination import Examiner
from semroute.domain.extracts import extracts_of
from semroute.domain.guards import Check
from semroute.domain.masking import masked
from semroute.domain.passage import Origin, Passage
from semroute.domain.pii import PiiKind
from semroute.domain.reading import Reading
from semroute.domain.screening import ScreenFault, Screening
from semroute.domain.views import AROUND, RAW

NAMED = "You should know that my name is Ada Lovelace and that all of this is hers"
NAME = "Ada Lovelace"
WINDOW = 2000


@define
class Asked:
    """A reader that knows a name by the words before it, and notes what it was shown."""

    texts: list[str] = field(factory=list)
    is_ready: bool = True

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += texts
        return await WordReader().read(texts)


async def screened(
    text: str, reader: Asked, max_windows: int = 16, *, wants_entities: bool = True
) -> tuple[list[Passage], Screening]:
    screen = Screen(
        frozenset({Check.PII}),
        Examiner(views_of, PatternFinder({PiiKind.EMAIL}), None),
        reader,
        CASCADE,
        wants_entities,
        5.0,
        1_000_000,
        max_windows,
        Remembered(0),
    )
    passages = [Passage(("messages", 0, "content"), Origin.USER, text)]
    return passages, await screen(passages, [])


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def hex_of(text: str) -> str:
    return text.encode().hex()


def escaped(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(char)) for char in text)


def zero_width(text: str) -> str:
    return "\u200b".join(text)


HIDDEN: dict[str, Callable[[str], str]] = {
    "base64": base64_of,
    "base64+base64": lambda text: base64_of(base64_of(text)),
    "hex": hex_of,
    "percent": escaped("%{:02x}"),
    "percent+base64": lambda text: escaped("%{:02x}")(base64_of(text)),
    "escapes": escaped("\\x{:02x}"),
    "entities": escaped("&#{};"),
    "quoted-printable": escaped("={:02X}"),
    "codes": lambda text: " ".join(map(str, text.encode())),
    "grouped": lambda text: ", ".join(textwrap.wrap(base64_of(text), 4)),
    "tags": lambda text: "".join(chr(0xE0000 + ord(char)) for char in text),
    "selectors": lambda text: "".join(chr(0xE0100 + byte - 16) for byte in text.encode()),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "reversed": lambda text: text[::-1],
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "leet": lambda text: text.translate(str.maketrans("aeiost", "431057")),
    "normalised": zero_width,
}


@pytest.mark.parametrize("view", HIDDEN)
@pytest.mark.parametrize("around", ["{}", f"{'Some words. ' * 200}{{}}{' And more.' * 200}"])
async def test_a_name_is_found_in_what_is_hidden(view: str, around: str) -> None:
    text = around.format(HIDDEN[view](NAMED))
    reader = Asked()
    passages, found = await screened(text, reader)
    assert not found.failures
    (datum,) = found.data
    assert (datum.span.kind, datum.view) == (PiiKind.PERSON, view)
    (changed,) = masked(passages, found.data).texts.values()
    assert "[PERSON_1]" in changed
    left = {letters for each in views_of(changed) for letters in each.text.split()}
    assert "Lovelace" not in left


@pytest.mark.parametrize(
    "text",
    [
        f"Hello, {NAMED}.",
        "Was heißt “naïve” – und wer ist René Müller? Привет, Иван! 你好，我叫张伟。",
        "See https://example.org/a%20b?c=d%26e and &amp; &lt;p&gt;&nbsp; at \\n 100%",
        "The path is /usr/lib/python3/dist-packages/something and the id 5f2b1c",
        base64.b64encode(random.Random(1).randbytes(300)).decode(),
        random.Random(1).randbytes(300).hex(),
        "words " * 2000,
    ],
)
async def test_what_hides_nothing_is_read_once(text: str) -> None:
    reader = Asked()
    await screened(text, reader)
    assert reader.texts == [text]


async def test_a_text_with_other_characters_is_read_in_plain_ones_and_no_other() -> None:
    reader = Asked()
    _, found = await screened(f"ｘ my name is {zero_width(NAME)}. Mr. Bob Smith", reader)
    assert reader.texts == [f"x my name is {NAME}. Mr. Bob Smith"]
    assert [datum.view for datum in found.data] == ["normalised", RAW]


async def test_of_a_long_text_only_what_is_decoded_is_read_again() -> None:
    text = f"{'word ' * 2000}{base64_of(NAMED)}{' word' * 2000}"
    reader = Asked()
    await screened(text, reader)
    first, second = reader.texts
    assert first == text
    assert len(second) == len(NAMED) + 2 * AROUND


async def test_nobody_reads_what_nobody_wants_to_know() -> None:
    reader = Asked()
    _, found = await screened(base64_of(NAMED), reader, wants_entities=False)
    assert reader.texts == []
    assert found.data == ()


async def test_a_name_beside_what_is_hidden_is_found_once() -> None:
    reader = Asked()
    _, found = await screened(f"My name is Bob Smith. {base64_of(NAMED)}", reader)
    assert [datum.view for datum in found.data] == [RAW, "base64"]


@pytest.mark.parametrize("max_windows", [1, 2, 5])
async def test_no_more_is_read_than_may_be_and_the_rest_is_said_to_be_unread(
    max_windows: int,
) -> None:
    text = " ".join(base64_of(f"{index} {NAMED} {'x' * 900}") for index in range(9))
    reader = Asked()
    _, found = await screened(text, reader, max_windows)
    assert sum(1 + len(each) // WINDOW for each in reader.texts) <= max_windows
    assert found.failures == {Check.PII: ScreenFault.TOO_LONG}


async def test_all_texts_are_read_before_anything_that_is_hidden() -> None:
    reader = Asked()
    _, found = await screened(f"Mr. Bob Smith {base64_of(NAMED)}", reader, 1)
    assert [datum.view for datum in found.data] == [RAW]
    assert found.failures == {Check.PII: ScreenFault.TOO_LONG}


@pytest.mark.parametrize("view", ["hex", "percent", "escapes", "tags", "rot13"])
def test_words_of_an_extract_are_where_they_stand_in_the_text(view: str) -> None:
    hide = HIDDEN[view]
    text = "\n".join(f"{'before ' * 60}{hide(NAMED)}{' behind' * 60}" for _ in range(3))
    (extract,) = (each for each in extracts_of(views_of(text)) if each.view.name == view)
    assert extract.text.count(NAME) == 3
    at = -1
    for _ in range(3):
        at = extract.text.index(NAME, at + 1)
        start, end = extract.locate(at, at + len(NAME))
        assert text[start:end] == hide(NAME)
