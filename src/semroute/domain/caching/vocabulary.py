"""Words that have a part to play when two questions are compared.

All forms are lower case.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# `your` and `for you` ask for a taste, and are no such words.
PRONOUNS: Final = _words("i you we us my our mine ours one ones myself yourself")
AUXILIARIES: Final = _words(
    "am is are was were be been being do does did doing done has have had having"
)
POSSIBLE: Final = _words("can could may might")
RECOMMENDED: Final = _words("should must ought")
EXPECTED: Final = _words("will would shall")

# They change nothing about an answer: grammar, courtesy and emphasis.
IDLE: Final = (
    PRONOUNS
    | AUXILIARIES
    | POSSIBLE
    | RECOMMENDED
    | EXPECTED
    | _words(
        "a an the that those there here it its itself they them their theirs what which "
        "whom some any several such so very really actually exactly basically simply just quite "
        "please kindly eg ie pls plz thanks thank hi hello hey ok okay ever also too as if then "
        "possibly etc let lets wondering wonder anyone anybody somehow else d "
        "ll re ve m t s sir dear lot "
        "different various certain particular kind type"
    )
)

NEGATIONS: Final = _words(
    "not no never none nobody nothing nowhere without neither nor cannot unable lack lacking "
    "except excluding hardly avoid aint"
)
# Which of them a question has tells its time.
PAST: Final = _words("was were did had")
PRESENT: Final = _words("is are am do does has have")
FUTURE: Final = _words("will shall")

QUESTIONS: Final = _words("how why who whom whose when where")

# Whatever is asked with them has another answer at another time.
NOW: Final = _words(
    "now today todays tonight tomorrow yesterday currently current latest newest recent recently "
    "nowadays presently upcoming ongoing live breaking"
)
NOW_PHRASES: Final = (
    ("what", "time", "is"),
    ("what", "is", "the", "time"),
    ("what", "day", "is"),
    ("what", "is", "the", "date"),
    ("at", "the", "moment"),
    ("so", "far"),
    ("as", "of"),
    ("up", "to", "date"),
    ("these", "days"),
    *(
        (which, span)
        for which in ("this", "last", "next", "past", "coming")
        for span in ("week", "month", "year", "morning", "evening", "night", "weekend", "season")
    ),
)

# What stands after one of these moves with it: "from Oslo to Bergen", "to Bergen from Oslo".
PREPOSITIONS: Final = _words(
    "of for in on at about with from to into onto by than through via using regarding concerning "
    "towards toward near within among upon per"
)
JOINTS: Final = _words("and or vs versus between")
# These say who does what to whom, and where, so what stands after one may not change it for
# another. `of` is not among them: it only puts together what is as well said without it.
STRONG: Final = {
    "from": "from", "to": "to", "into": "to", "onto": "to", "than": "than", "by": "by",
    "with": "with", "per": "per", "for": "for", "about": "about", "regarding": "about",
    "concerning": "about", "on": "on", "upon": "on", "at": "at", "near": "near",
}  # fmt: skip
# A game for a console is no console for a game, and what is near a town is not in it, so these
# stand in both questions or in neither.
HELD: Final = _words("with per for at about near")

# Asked for someone's taste if that is whom they are about.
# They point at something, which is another thing than any.
POINTING: Final = _words("this these")
PERSONAL: Final = _words("me you your yours")
# No essentials at the beginning, but one more task after an `and`.
TASKS: Final = _words("tell explain describe define elaborate")
# These are names, as long as they are written like this.
ACRONYMS: Final = {"US": "usa", "IT": "it.", "WHO": "who."}

# A thing is asked for in one of these, or for one of them.
TARGETS: Final = _words(
    "python rust java javascript typescript ruby perl php golang swift kotlin scala haskell matlab "
    "sql bash julia lua cobol fortran english french german spanish italian portuguese dutch "
    "russian chinese mandarin japanese korean arabic hindi urdu bengali tamil telugu turkish "
    "polish swedish norwegian danish finnish greek latin hebrew json xml yaml csv html markdown "
    "latex haiku limerick sonnet essay poem paragraph sentence bullet table formal informal"
)

# "What are some of the best ways to" asks how.
WAYS: Final = _words("way ways method methods")
BEFORE_WAYS: Final = {
    "the": "", "a": "", "an": "", "some": "", "of": "", "best": "", "good": "", "great": "",
    "right": "", "correct": "", "proper": "", "possible": "", "effective": "", "better": "",
    "easy": "easy", "easiest": "easy", "simplest": "easy", "simple": "easy", "fastest": "fast",
    "quickest": "fast", "fast": "fast", "quick": "fast", "cheapest": "cheapest",
}  # fmt: skip
AFTER_WAYS: Final = _words("to of for")

# Where they stand says nothing: "learn fast", "the fastest way to learn"; "its height", "how tall".
MOVABLE: Final = _words(
    "fast easy good cheapest age height distance weight size depth count duration amount frequency "
    "population experience help"
)

# Before one of these, "can you" is a request and not a question.
REQUESTS: Final = _words(
    "explain tell help give write show suggest recommend list describe summarize summarise "
    "translate provide share name please compare define make create generate fix convert find teach"
)
