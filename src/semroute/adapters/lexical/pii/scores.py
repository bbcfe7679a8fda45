"""How sure a finding is, by what speaks for it."""

from typing import Final

PROVEN: Final = 1.0  # a checksum that chance passes seldom, or a form that nothing else has
DISTINCT: Final = 0.9  # a form that hardly anything else has: an e-mail address, `ghp_...`
CONTEXT: Final = 0.8  # a form, and a word beside it that says what it is
LIKELY: Final = 0.6  # a form that is mostly this: three digits, three digits, four digits
POSSIBLE: Final = 0.5  # a form that is often something else
