"""Makes the list of words that the encoder's speller knows.

    python -m training.words --dictionary FILE --data-root DIR [--data-root DIR ...]

The dictionary is `frequency_dictionary_en_82_765.txt` of symspellpy 6.10.1 (MIT; words of SCOWL
with how often Google's books have them). What it lacks comes after it: words of the texts that
heads learn from, and what people write in chats. Those are what may be meant, most frequent first.
After an empty line come names, words of sentences that may have some, and words of any language
that the encoder's tokenizer has whole; they are only known.
"""

import hashlib
import json
import re
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import yaml

from semroute.adapters.torch.checkpoint import Checkpoint, embedded_directory
from semroute.adapters.torch.speller import WORDS_FILE
from semroute.app.training import Manifest, Material, verified

_MANIFEST: Final = Path(__file__).with_name("manifest.yaml")
_DICTIONARY_SHA256: Final = "68e9dc81c7e73bd7310b57e516ecaea0d8b6387ff71344a57c04174650a407a7"
_WORD: Final = re.compile(r"(?<![\w'])[a-z]{3,20}(?![\w'])")
_NAME: Final = re.compile(r"(?<![^\W_]|\\)[A-Za-z]{3,20}(?![^\W_])")
_WHOLE: Final = re.compile(r"[a-z]{3,}")
_OURS: Final = "written for this project"
_SHORT: Final = 4  # letters; so few are often a word of another language
_TEXTS: Final = 3  # a word of fewer texts that others wrote may be a slip itself
# What people write in chats, and what is short for what programs deal with.
_CHATTED: Final = """
    aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt shouldnt wasnt werent
    wont wouldnt heres hes hows itll ive lets shes thats theres theyll theyre theyve weve whats
    wheres whos youd youll youre youve gimme gonna gotta kinda lemme outta sorta tryna wanna
    bruh btw dunno idk imho lmao nope pls plz rlly thx tmrw yeah yep
    admin api apis auth backend calc cli config configs const cpu csv ctrl dataset datasets env
    frontend gpu html http https init json localhost metadata nginx npm numpy param params regex
    repo sudo tmp url urls utils yaml
"""
_MISSPELT: Final = {"typo", "esl", "foreign"}
_TAUGHT: Final = {"categories", "fast"}


def main() -> None:
    """Runs the command."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dictionary", type=Path, required=True)
    parser.add_argument("--data-root", type=Path, action="append", required=True)
    arguments = parser.parse_args()
    words = dict.fromkeys(_dictionary(arguments.dictionary))
    materials = [each for each in _manifest().files if not each.apart]
    ours: dict[str, None] = {}
    counts: Counter[str] = Counter()
    names: set[str] = set()
    for each in materials:
        path = verified(arguments.data_root, each.path, each.sha256)
        for text in _texts(each, path):
            some = dict.fromkeys(_WORD.findall(text))
            counts.update(some.keys())
            if each.source == _OURS:
                ours |= some
        if each.teaches == "entities" and path.suffix == ".txt":
            names.update(_NAME.findall(path.read_text()))
    frequent = (word for word, count in _by_count(counts) if count >= _TEXTS)
    words |= dict.fromkeys([*frequent, *ours, *_CHATTED.split()])
    known = {name.lower() for name in names if not _is_slip(name, words)}
    others = sorted({*known, *_whole()} - words.keys())
    WORDS_FILE.write_text("".join(f"{word}\n" for word in (*words, "", *others)))


def _manifest() -> Manifest:
    return msgspec.convert(yaml.safe_load(_MANIFEST.read_text()), Manifest)


def _dictionary(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != _DICTIONARY_SHA256:
        message = f"{path} is another dictionary: its sha256 is {found}"
        raise SystemExit(message)
    for line in data.decode("utf-8-sig").splitlines():
        word, _ = line.split()
        if word.isascii() and word.isalpha() and word.islower():
            yield word


def _texts(material: Material, path: Path) -> Iterator[str]:
    """Yields the texts of a file whose words are spelled as they should be."""
    if path.suffix == ".py":
        yield path.read_text()
    elif material.teaches in _TAUGHT:
        for line in path.read_text().split("\n"):
            row = json.loads(line) if line else {}
            if row.get("style") not in _MISSPELT:
                yield row.get("text", "")


def _is_slip(word: str, known: Container[str]) -> bool:
    """Whether two letters of a known word have changed places, and it is hardly a name."""
    return len(word) > _SHORT and any(
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] in known for at in range(len(word) - 1)
    )


def _by_count(counts: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _whole() -> list[str]:
    file = Checkpoint.open(embedded_directory()).tokenizer_file
    vocabulary: dict[str, int] = json.loads(file.read_text())["model"]["vocab"]
    return [word for word in vocabulary if _WHOLE.fullmatch(word)]


if __name__ == "__main__":
    main()
