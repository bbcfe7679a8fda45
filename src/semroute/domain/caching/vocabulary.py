"""Words that have a part to play when two questions are compared.

All forms are lower case. Families are of exact synonyms only: what is near in meaning asks for
another answer.
"""

from collections.abc import Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _families(*families: str) -> Mapping[str, str]:
    """Returns the first word of its family for every other one."""
    return {word: each.split()[0] for each in families for word in each.split()[1:]}


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
        "a an the this that these those there here it its itself they them their theirs what which "
        "whom some any several such so very really actually exactly basically simply just quite "
        "please kindly eg ie pls plz thanks thank hi hello hey ok okay ever also too as if then "
        "possible possibly etc let lets want wanna wondering wonder know anyone anybody somehow else d ll re ve m t s sir dear lot "
        "different various certain particular own kind sort type"
    )
)

NEGATIONS: Final = _words(
    "not no never none nobody nothing nowhere without neither nor cannot unable lack lacking "
    "except excluding hardly avoid aint"
)
QUANTIFIERS: Final = _families(
    "all every each everyone everybody everything always whole entire",
    "most mostly majority",
    "only solely sole",
    "few little",
    "many much",
    "both",
    "half",
    "least minimum min",
    "maximum max",
    "more",
    "less fewer",
    "same identical",
    "other another",
)
QUANTITIES: Final = (
    frozenset(QUANTIFIERS) | frozenset(QUANTIFIERS.values()) | _words("both half maximum more")
)

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
# One is as good as another: "at sea level", "on sea level".
LOOSE: Final = _words("of for in on at about regarding concerning using via within among upon")
# These say who does what to whom, so what stands after them may not change them.
STRONG: Final = {
    "from": "from", "to": "to", "into": "to", "onto": "to", "than": "than", "by": "by",
    "with": "with", "per": "per",
}  # fmt: skip
# Asked for someone's taste if that is whom they are about.
PERSONAL: Final = _words("me you your yours")
# No essentials at the beginning, but one more task after an `and`.
TASKS: Final = _words("tell explain describe define elaborate")
# Names, as long as they are written like this.
ACRONYMS: Final = {"US": "usa", "IT": "it.", "WHO": "who."}

SYNONYMS: Final = _families(
    "child kid",
    "person people human someone somebody",
    "man guy",
    "woman lady",
    "baby infant",
    "film movie",
    "big large huge",
    "bigger larger",
    "biggest largest",
    "fast quick rapid quickly rapidly fastest quickest swiftly faster quicker",
    "easy easily easiest simple simplest",
    "good best great ideal perfect better top",
    "stop quit",
    "reduce lower decrease",
    "buy purchase",
    "begin start commence",
    "fix repair",
    "remove delete erase",
    "make create build earn",
    "car automobile",
    "bicycle bike",
    "phone smartphone cellphone",
    "photo photograph picture pic image",
    "advantage benefit pro",
    "disadvantage drawback con downside",
    "mean meaning",
    "difference differ differentiate distinguish",
    "usa america",
    "uk britain",
    "reason why",
    "company firm",
    "programme program",
    "application app",
    "website site",
    "television tv",
    "exam examination",
    "doctor physician",
    "job employment",
    "beautiful pretty",
    "hard tough difficult",
    "afraid scared frightened",
    "outside outdoors outdoor",
    "inside indoors indoor",
    "hit strike",
    "fight battle",
    "money cash",
    "method technique",
    "recommend suggest suggestion recommendation",
    "happen occur",
    "summary summarize",
    "cat kitty",
    "dog doggy",
    "rabbit bunny",
    "sea ocean",
    "street road",
    "near beside",
    "talk chat",
    "jump leap",
    "weird strange",
    "help assist",
    "get obtain",
    "way manner",
    "need require",
    "increase raise",
    "javascript js",
    "postgresql postgres",
    "kubernetes k8s",
)

UNITS: Final = _families(
    "kilometer km kilometre kilometers kilometres kms",
    "meter metre meters metres",
    "centimeter cm centimetre centimeters centimetres cms",
    "millimeter mm millimetre millimeters millimetres",
    "mile miles mi",
    "foot feet ft",
    "inch inches",
    "yard yards yd",
    "kilogram kg kilo kilograms kilos kgs",
    "gram grams gramme grammes gm",
    "milligram mg milligrams",
    "ounce ounces oz",
    "pound pounds lb lbs",
    "ton tons tonne tonnes",
    "liter litre liters litres",
    "milliliter ml millilitre milliliters millilitres",
    "gallon gallons",
    "cup cups",
    "celsius centigrade",
    "fahrenheit",
    "percent % pct percentage",
    "dollar dollars $ usd bucks",
    "euro euros € eur",
    "gbp £",
    "rupee rupees ₹ inr rs",
    "yen ¥ jpy",
    "second seconds sec secs",
    "minute minutes mins",
    "hour hours hr hrs",
    "day days",
    "week weeks",
    "month months",
    "year years yr yrs",
    "century centuries",
    "kilobyte kb kilobytes",
    "megabyte mb megabytes",
    "gigabyte gb gigabytes",
    "terabyte tb terabytes",
    "watt watts",
    "volt volts",
    "hertz hz",
)
# Too short to be one where no number stands before it.
SHORT_UNITS: Final = {
    "m": "meter", "g": "gram", "l": "liter", "s": "second", "h": "hour", "c": "celsius",
    "f": "fahrenheit", "in": "inch", "min": "minute",
}  # fmt: skip
ALL_UNITS: Final = frozenset(UNITS.values()) | {"fahrenheit"}

DATES: Final = _families(
    "january jan",
    "february feb",
    "march",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sept sep",
    "october oct",
    "november nov",
    "december dec",
    "monday mondays",
    "tuesday tuesdays",
    "wednesday wednesdays",
    "thursday thursdays",
    "friday fridays",
    "saturday saturdays",
    "sunday sundays",
    "spring springtime",
    "summer summertime",
    "autumn fall",
    "winter wintertime",
    "weekend weekends",
)
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
ALL_DATES: Final = (frozenset(DATES.values()) | _words("march")) - {"may"}

# A thing is asked for in one of these, or for one of them.
TARGETS: Final = _words(
    "python rust java javascript typescript ruby perl php golang swift kotlin scala haskell matlab "
    "sql bash julia lua cobol fortran english french german spanish italian portuguese dutch "
    "russian chinese mandarin japanese korean arabic hindi urdu bengali tamil telugu turkish polish "
    "swedish norwegian danish finnish greek latin hebrew json xml yaml csv html markdown latex "
    "haiku limerick sonnet essay poem paragraph sentence bullet table formal informal"
)

# For the reason only: any word in another's place tells questions apart.
OPPOSITES: Final = tuple(
    frozenset(pair.split())
    for pair in (
        "big small", "biggest smallest", "bigger smaller", "tall short", "long short", "high low",
        "highest lowest", "higher lower", "old young", "older younger", "oldest youngest",
        "old new", "fast slow", "hot cold", "hard easy", "hard soft", "good bad", "good worst",
        "good worse", "safe unsafe", "safe dangerous", "legal illegal", "enable disable",
        "increase reduce", "first last", "before after", "open close", "open closed", "gain lose",
        "on off", "up down", "in out", "inside outside", "above below", "over under", "buy sell",
        "upload download", "import export", "encrypt decrypt", "begin stop", "begin end",
        "begin finish", "win lose", "love hate", "like dislike", "accept reject", "add remove",
        "add subtract", "multiply divide", "push pull", "ascend descend", "cheap expensive",
        "cheapest expensive", "rich poor", "light dark", "light heavy", "wet dry", "full empty",
        "advantage disadvantage", "possible impossible", "allow forbid", "allow ban", "true false",
        "left right", "male female", "man woman", "boy girl", "husband wife", "mother father",
        "brother sister", "sit stand", "import export", "lock unlock", "install uninstall",
        "connect disconnect", "send receive", "borrow lend", "teach learn", "ask answer",
        "strong weak", "early late", "public private", "import export", "read write",
        "least maximum", "more less", "few many", "with without", "freeze boil", "best worst",
        "appear disappear", "formal informal", "internal external", "maximize minimize",
    )
)  # fmt: skip

# What people say in several words. The longest that fits is taken.
PHRASES: Final = {
    tuple(said.split()): tuple(meant.split())
    for said, meant in (
        ("how many people live", "population"),
        ("how many", "count"),
        ("number of", "count"),
        ("how much time", "duration"),
        ("how long", "duration"),
        ("how much", "amount"),
        ("what amount of", "amount"),
        ("how old", "age"),
        ("how tall", "height"),
        ("how high", "height"),
        ("how far", "distance"),
        ("how heavy", "weight"),
        ("how big", "size"),
        ("how large", "size"),
        ("how deep", "depth"),
        ("how often", "frequency"),
        ("how come", "why"),
        ("what for", "why"),
        ("what is the reason", "why"),
        ("what are the reasons", "why"),
        ("what is the reason for", "why"),
        ("what is the reason why", "why"),
        ("what is the reason behind", "why"),
        ("what time", "when"),
        ("what year", "when"),
        ("in which year", "when"),
        ("in what year", "when"),
        ("what place", "where"),
        ("capital city", "capital"),
        ("united states of america", "usa"),
        ("united states", "usa"),
        ("the us", "usa"),
        ("the states", "usa"),
        ("united kingdom", "uk"),
        ("great britain", "uk"),
        ("get rid of", "remove"),
        ("cell phone", "phone"),
        ("mobile phone", "phone"),
        ("pros and cons", "advantage disadvantage"),
        ("advantages and disadvantages", "advantage disadvantage"),
        ("benefits and drawbacks", "advantage disadvantage"),
        ("per cent", "percent"),
        ("set up", "setup"),
        ("i need help", "help"),
        ("need help", "help"),
        ("instead of", "not"),
        ("rather than", "not"),
        ("other than", "except"),
        ("apart from", "except"),
        ("in order to", "to"),
        ("such as", ""),
        ("is there a way to", "how"),
        ("is there any way to", "how"),
        ("is it possible to", "can"),
        ("am i able to", "can"),
        ("do i need to", "should"),
        ("do i have to", "should"),
        ("do we need to", "should"),
        ("what should i do", "how"),
        ("what can i do", "how"),
        ("what do you call", "what is called"),
        ("people say", ""),
        ("do people", ""),
        ("do you guys", ""),
        ("do you think", ""),
        ("do you know", ""),
        ("in your opinion", ""),
        ("according to you", ""),
        ("learn how to", "learn"),
        ("can not", "unable"),
        ("could not", "unable"),
        ("what is it like", "experience"),
        ("what does it feel like", "experience"),
        ("who is the author of", "who write"),
        ("would like", ""),
        ("look like", "appear"),
        ("looks like", "appear"),
        ("to me", ""),
        ("give me", ""),
        ("show me", ""),
        ("tell me", ""),
        ("help me", "help"),
        ("i would like", ""),
        ("i want to know", ""),
        ("the definition of", ""),
        ("what does", "what"),
        ("stand for", "mean"),
        ("due to", "because"),
        ("because of", "because"),
        ("at least", "least"),
        ("at most", "maximum"),
        ("more than", "more"),
        ("less than", "less"),
        ("turned on", "switch on"),
        ("turn on", "switch on"),
        ("turn off", "switch off"),
        ("look for", "search"),
        ("similar to", "like"),
        ("compared to", "and"),
        ("compared with", "and"),
        ("group of", "group"),
        ("type of", ""),
        ("types of", ""),
        ("kind of", ""),
        ("kinds of", ""),
        ("a lot of", "many"),
        ("lots of", "many"),
        ("some of", ""),
        ("a bit", ""),
        ("a few", "few"),
        ("used to", ""),
        ("each other", ""),
        ("as well", ""),
        *(
            (f"what {may} {who} {need}do to", "how")
            for may in ("can", "could", "should", "must", "do", "does", "would")
            for who in ("i", "we", "you", "one")
            for need in ("", "need to ", "have to ")
        ),
    )
}  # fmt: skip

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
    "explain tell help give write show suggest recommend list describe summarize summarise translate "
    "provide share name please compare define make create generate fix convert find teach"
)

CONTRACTIONS: Final = {
    "won't": "will not",
    "can't": "can not",
    "cannot": "can not",
    "shan't": "shall not",
    "ain't": "is not",
    "wont": "will not",
    "cant": "can not",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "wasnt": "was not",
    "werent": "were not",
    "couldnt": "could not",
    "shouldnt": "should not",
    "wouldnt": "would not",
    "havent": "have not",
    "hasnt": "has not",
    "whats": "what is",
    "hows": "how is",
    "wheres": "where is",
    "whos": "who is",
    "whens": "when is",
    "whys": "why is",
    "thats": "that is",
    "theres": "there is",
    "im": "i am",
    "ive": "i have",
    "gonna": "going to",
    "u": "you",
    "ur": "your",
    "r": "are",
    "what's": "what is",
    "who's": "who is",
    "how's": "how is",
    "where's": "where is",
    "when's": "when is",
    "why's": "why is",
    "that's": "that is",
    "there's": "there is",
    "it's": "it is",
    "he's": "he is",
    "she's": "she is",
    "let's": "let us",
}
