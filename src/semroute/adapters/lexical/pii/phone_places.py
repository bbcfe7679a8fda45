"""Where phone numbers may begin in a text.

What is asked here is what the patterns of `phones` ask first, and nearly all that they ask.
"""

from functools import cached_property
from typing import Final

import numpy as np

from semroute.adapters.lexical.pii.masks import Mask, after_some, mask_of, then, without

_GAP: Final = 3  # characters between two digits of a number
_RUN: Final = 9  # digits; hardly any text has more of them before a letter


class PhonePlaces:
    """Where a text has what numbers consist of, and where each form of them may begin.

    What is beyond ASCII counts as none of it. So there are places to which a form does not fit,
    as behind a letter of another alphabet; but none is left out.
    """

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8)
        self._codes = codes
        self._digit = mask_of(codes - np.uint8(ord("0")) < 10)  # noqa: PLR2004 - less wraps
        self._letter = mask_of((codes | 0x20) - np.uint8(ord("a")) < 26)  # noqa: PLR2004
        self._blank, self._dot, self._dash, self._slash = map(self._is_a, " .-/")
        self._open, self._close = map(self._is_a, "()")
        self._separator = self._blank | self._dot | self._dash | self._slash
        self._between = self._separator | self._open | self._close
        self._two = then(self._digit, self._digit)
        self._three = then(self._digit, self._two)
        self._five = self._more(self._more(self._more(self._more(self._digit))))
        self._seven = self._more(self._more(self._five))

    @property
    def has_numbers(self) -> bool:
        """Whether five digits stand close together anywhere; no form has fewer."""
        return self._five != 0

    def any_form(self) -> Mask:
        """Returns where any digits in a few groups may begin."""
        digit, separator, part = self._digit, self._separator, self._digit | self._between
        group = self._two | then(self._open, self._two)
        parted = then(separator, group | then(separator, group))
        parted |= then(self._close, self._three | parted)
        whole = without(then(digit, digit, self._three), self._lettered)
        following = self._behind_gap(self._five) & (after_some(4, digit, parted) | whole)
        following &= then(part, part, part, part, part)
        begun = then(digit | self._open, following)
        of_list = without(self._behind_digit(self._is_a(",")), then(digit, self._three) >> 1)
        return without(begun, self._of_value | self._behind_digit(self._dot) | of_list)

    def plus(self) -> Mask:
        """Returns where a plus and the code of a country may begin."""
        eight = self._behind_gap(self._more(self._seven))
        # A blank and a parenthesis may come first.
        following = after_some(2, self._between, without(eight, self._lettered))
        begun = then(self._is_a("+"), following)
        return without(begun, self._of_word | self._behind_digit(self._dot))

    def zeros(self) -> Mask:
        """Returns where two zeros and the code of a country may begin."""
        zero, part = self._is_a("0"), self._digit | self._between
        following = without(self._seven, zero | self._lettered)
        following &= then(part, part, part, part, part, part, part)
        begun = then(zero, zero, following)
        return without(begun, self._of_word | self._behind_digit(self._dot | self._is_a(",")))

    def last_four(self) -> Mask:
        """Returns where the last four digits of three, three and four begin: at what parts them."""
        digit, first = self._digit, self._digit | self._open
        parting = self._blank | self._dot | self._dash
        last = then(digit, digit, digit, parting, digit, self._three)
        closed = then(first, digit, digit, self._close, parting, last)
        return closed << 8 | then(first, digit, digit, parting | self._close, last) << 7

    def national(self) -> Mask:
        """Returns where a trunk zero or an area code in parentheses may begin."""
        digit, two, many = self._digit, self._two, then(self._digit, self._digit, self._three)
        second = 0
        for each in (self._blank, self._dot, self._dash, self._slash):
            more = then(digit, digit, after_some(2, digit, then(each, two)))
            second |= then(each, more | many)
        trunk = then(self._is_a("0"), digit, after_some(3, digit, second))
        parting = self._blank | self._dash
        group = then(digit, digit, after_some(3, digit, then(parting, two))) | many
        closed = then(self._close, group | then(parting, group))
        area = then(self._open, digit, digit, after_some(3, digit, closed))
        return without(trunk | area, self._of_value | self._behind_digit(self._dot | self._blank))

    @cached_property
    def _lettered(self) -> Mask:
        """Where digits have a letter behind them, and there is no extension that it begins."""
        extension = self._is_a("x") | self._is_a("X") | self._is_a("e") | self._is_a("E")
        return after_some(_RUN, self._digit, without(self._letter, extension))

    @cached_property
    def _of_word(self) -> Mask:
        """Where a word or a number goes on, or what may be part of one."""
        word = self._letter | self._digit | self._is_a("_")
        return (word | self._is_a("+") | self._dash | self._slash) << 1

    @cached_property
    def _of_value(self) -> Mask:
        """Likewise, or a price begins."""
        return self._of_word | self._is_a("$") << 1

    def _behind_digit(self, sign: Mask) -> Mask:
        """Returns where a digit and a sign come before."""
        return then(self._digit, sign) << 2

    def _behind_gap(self, mask: Mask) -> Mask:
        return after_some(_GAP, self._between, mask)

    def _more(self, mask: Mask) -> Mask:
        """Returns where a digit comes before something in the same number."""
        return then(self._digit, self._behind_gap(mask))

    def _is_a(self, sign: str) -> Mask:
        return mask_of(self._codes == ord(sign))
