"""One spelling and one form for the words of a family: a light stemmer for English."""

import re
from typing import Final

# Forms that no ending tells. Those of `be`, `have` and `do` are among the words without meaning.
_IRREGULAR: Final = {
    form: word
    for word, forms in {
        "become": "became",
        "begin": "began begun",
        "bite": "bit bitten",
        "blow": "blew blown",
        "break": "broke broken",
        "bring": "brought",
        "build": "built",
        "buy": "bought",
        "catch": "caught",
        "change": "changing changed",
        "child": "children",
        "choose": "chose chosen",
        "come": "came",
        "cost": "costing",
        "die": "died dying dies",
        "draw": "drew drawn",
        "drink": "drank drunk",
        "drive": "drove driven",
        "eat": "ate eaten",
        "fall": "fell fallen",
        "feel": "felt",
        "fight": "fought",
        "find": "found",
        "fly": "flew flown flies flying",
        "foot": "feet",
        "forget": "forgot forgotten",
        "freeze": "froze frozen",
        "get": "got gotten",
        "give": "gave given",
        "go": "went gone goes",
        "grow": "grew grown",
        "half": "halves",
        "hear": "heard",
        "hide": "hid hidden",
        "hold": "held",
        "keep": "kept",
        "knife": "knives",
        "know": "knew known",
        "leaf": "leaves",
        "lie": "lying lies",
        "life": "lives",
        "lose": "lost losing",
        "make": "made",
        "man": "men",
        "meet": "met",
        "mouse": "mice",
        "pay": "paid",
        "prove": "proven",
        "ride": "rode ridden",
        "run": "ran",
        "say": "said",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "shake": "shook shaken",
        "sing": "sang sung",
        "sit": "sat",
        "sleep": "slept",
        "speak": "spoke spoken",
        "spend": "spent",
        "stand": "stood",
        "steal": "stole stolen",
        "swim": "swam swum",
        "take": "took taken",
        "teach": "taught",
        "tell": "told",
        "think": "thought",
        "throw": "threw thrown",
        "tie": "tying tied ties",
        "tooth": "teeth",
        "understand": "understood",
        "wake": "woke woken",
        "wear": "wore worn",
        "wife": "wives",
        "win": "won winning",
        "woman": "women",
        "write": "wrote written",
    }.items()
    for form in forms.split()
}

# Of two spellings, one. Suffixes that are spelled in two ways are below.
_VARIANTS: Final = {
    "analyse": "analyze",
    "aluminium": "aluminum",
    "anaemia": "anemia",
    "catalogue": "catalog",
    "centre": "center",
    "cheque": "check",
    "cosy": "cozy",
    "defence": "defense",
    "dialogue": "dialog",
    "diarrhoea": "diarrhea",
    "doughnut": "donut",
    "enrol": "enroll",
    "fibre": "fiber",
    "fulfil": "fulfill",
    "grey": "gray",
    "jewellery": "jewelry",
    "judgement": "judgment",
    "licence": "license",
    "litre": "liter",
    "mould": "mold",
    "moustache": "mustache",
    "oestrogen": "estrogen",
    "offence": "offense",
    "plough": "plow",
    "practise": "practice",
    "programme": "program",
    "pyjamas": "pajamas",
    "sceptical": "skeptical",
    "sulphur": "sulfur",
    "theatre": "theater",
    "tyre": "tire",
    "yoghurt": "yogurt",
}
_OUR: Final = re.compile(r"(?<=[a-z]{3})our(?=$|s$|ed$|ing$|ite$|ful$|able$|less$)|(?<=^col)our")
_ISE: Final = re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|ing|er|ers|ation|ations)$)")
_METRE: Final = re.compile(r"metre(?=s?$)")

_VOWELS: Final = frozenset("aeiouy")
# `ss`, `ll` and `zz` end words as they are: press, spell, buzz.
_UNDOUBLED: Final = frozenset("bdfgkmnprtv")
# After these a silent `e` was dropped: danc-ing, improv-ing, us-ing.
_BEFORE_E: Final = frozenset("cuvz")
_SHORTEST: Final = 4  # `is`, `bus` and `red` have no ending
_LONGEST: Final = 40  # what is longer is no word


def stem(word: str) -> str:
    """Returns the form that a word shares with its plural, its tenses and its other spelling.

    It is no word itself. Two words of one family may still differ (`decide`, `decision`).

    Args:
        word: In lower case.
    """
    if len(word) < _SHORTEST or len(word) > _LONGEST or not word.isascii():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return _ending(_unplural(_spelled(word)))


def _spelled(word: str) -> str:
    for suffix in ("", "s", "d", "ed", "ing"):
        root = word.removesuffix(suffix) if suffix else word
        if root in _VARIANTS and (not suffix or word.endswith(suffix)):
            return _VARIANTS[root] + suffix
    return _METRE.sub("meter", _ISE.sub("iz", _OUR.sub("or", word)))


def _unplural(word: str) -> str:
    if word.endswith(("ss", "us", "is", "ous")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return word[:-2]
    return word[:-1]


def _ending(word: str) -> str:
    if word.endswith("ied") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        if word.endswith("eed"):
            break
        root = word.removesuffix(suffix)
        if root != word and len(root) > 1 and not _VOWELS.isdisjoint(root):
            return _without_e(_root(root))
    return _without_e(word)


def _root(root: str) -> str:
    """Returns what an ending was put to: `run` for `runn`, `make` for `mak`."""
    last = root[-1]
    if root.endswith("ll") and _syllables(root) > 1:
        return root[:-1]
    if len(root) > 3 and last == root[-2] and last in _UNDOUBLED:  # noqa: PLR2004 - add, egg
        return root[:-1]
    if last in _BEFORE_E or root.endswith(
        ("dg", "rg", "ns", "rs", "bl", "dl", "fl", "gl", "kl", "pl", "tl", "zl")
    ):
        return root + "e"
    # A short word would have doubled its consonant: hop-ping, but hop(e)-ing.
    ends_short = last not in _VOWELS and last not in "wxy" and root[-2] in _VOWELS
    if ends_short and _syllables(root) == 1 and (len(root) == 2 or root[-3] not in _VOWELS):  # noqa: PLR2004 - us(e)
        return root + "e"
    return root


def _without_e(word: str) -> str:
    """Drops the silent `e` of a longer word, as nothing tells whether `decid` has lost one."""
    root = word[:-1]
    return root if word.endswith("e") and _syllables(root) > 1 else word


def _syllables(word: str) -> int:
    """Returns about how many syllables a word has."""
    return sum(
        letter in _VOWELS and before not in _VOWELS
        for before, letter in zip(" " + word, word, strict=False)
    )
