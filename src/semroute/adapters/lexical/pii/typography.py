"""A text in the marks that keyboards have, character for character.

Word processors, web pages and Chinese or Japanese keyboards write a number's blanks and dashes, and
an address' dot and at sign, otherwise. JSON writes ends of lines and quotes as two characters, of
which the letter is no part of what follows it. That is no disguise, so no view undoes it.
"""

from typing import Final

_MARKS: Final = {
    " ": "\u00a0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d",
    ".": "\uff0e\ufe52",
    "@": "\uff20\ufe6b",
    "+": "\uff0b",
    "/": "\uff0f",
    ":": "\uff1a",
    "_": "\uff3f",
}
_PLAIN: Final = {mark: plain for plain, marks in _MARKS.items() for mark in marks}
# As in `"Hi,\nann@example.org"`, also if that stands in a string itself.
_ESCAPES: Final = {rf"\{letter}": " \n" for letter in "nrtbf"} | {r"\"": ' "'}


def typed(text: str) -> str:
    """Returns a text of the same length with plain blanks, dashes, dots, signs and quotes."""
    if "\\" in text and '"' in text:
        for written, plain in _ESCAPES.items():
            text = text.replace(written, plain)
    if not text.isascii():
        # One mark after the other takes a few milliseconds a megabyte, and a table of all fifty.
        for mark, plain in _PLAIN.items():
            text = text.replace(mark, plain)
    return text
