"""Which questions may be answered with one another's answers."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semroute.domain.caching.agreement import Disagreement, disagreement
from semroute.domain.caching.essence import essence_of
from tests.costs import costing

D = Disagreement


def between(asked: str, kept: str) -> Disagreement | None:
    return disagreement(essence_of(asked), essence_of(kept))


SAME = [
    # Ways of asking.
    ("How do I descale a kettle?", "what's the best way to descale a kettle"),
    ("How can one learn chess?", "How should I learn chess?"),
    ("Could you please explain osmosis?", "Explain osmosis."),
    ("Can you tell me who wrote Emma?", "Who wrote Emma?"),
    ("What is the reason for inflation?", "why inflation"),
    ("How long does a cold last?", "How much time does a cold last?"),
    ("How old is the Acropolis?", "What is the age of the Acropolis?"),
    ("How tall is Ben Nevis?", "the height of Ben Nevis"),
    ("What's the quickest way to dry boots?", "How do I dry boots fast?"),
    # One spelling, one form.
    ("What colour is a flamingo?", "what color are flamingos"),
    ("organising a travelling theatre", "Organizing a traveling theater"),
    ("Don't cats swim?", "do not cats swim"),
    ("Why can't penguins fly?", "Why cannot penguins fly?"),
    ("knives for the children", "A knife for a child"),
    ("stopping a leak", "How to stop leaks?".removeprefix("How to ")),
    ("self-study tips", "tips of self study"),
    ("iPhones and teapots", "teapots and the iphone"),
    # Numbers, units and dates.
    ("What are 1,000 litres in gallons?", "what are 1000 liters in gallons"),
    ("15% of two hundred and five", "15 percent of 205"),
    ("run 5km", "run five kilometres"),
    ("a budget of $20k", "a budget of 20,000 dollars"),
    ("3.50 metres", "3.5 m"),
    ("one and a half million, or 1.5 million", "one and a half million, or 1500000"),
    ("Born on March 3rd, 2024", "born on 3 march 2024"),
    ("due 2024-03-05", "due 5 March 2024"),
    ("revenue in Dec 2020", "revenue of December 2020"),
    # Other orders of the same.
    ("flights from Oslo to Bergen", "Flights to Bergen from Oslo"),
    ("In Python, sort a list of dicts by key", "sort a list of dicts by key in Python"),
    ("difference between TCP and UDP", "the difference between UDP and TCP"),
    ("the trunk of a tree", "a tree trunk"),
    ("life's purpose", "the purpose of life"),
    ("A boy throws a ball", "A ball is thrown by a boy"),
    ("Which planet is the largest?", "What is the largest planet?"),
    # Exact synonyms.
    ("Which movie has the most sequels?", "Which film has most sequels?"),
    ("buy a used bike", "purchase a used bicycle"),
    ("Which saw is used to cut slate?", "Which saw cuts slate?"),
    ("Who has signed the treaty?", "Who signed the treaty?"),
    ("Move a boat to dock B", "move a boat to dock B"),
    ("What is vitamin A?", "what is vitamin a"),
    ("Flights To York By Night", "flights to York by night"),
    ("Write a for loop", "write the for loop"),
    ("elections in the U.S.", "elections in the United States"),
    # Code and quotations.
    ("What does `git rebase --onto` do?", "what does git rebase --onto do"),
    ("solve x^2-4=0", "Solve x^2 - 4 = 0"),
    ("Call parse() on it", "call parse on it"),
    ("Translate 'good night' to Thai", 'translate "good night" into Thai'),
    # Other scripts are compared as they are.
    ("Où est la gare ?", "où est la gare"),
    ("日本の首都はどこですか", "日本の首都はどこですか"),
]

DIFFERENT = [
    (D.NUMBERS, "Boil for 3 minutes", "Boil for four minutes"),
    (D.NUMBERS, "a list of twenty one cities", "a list of 22 cities"),
    (D.NUMBERS, "Who was the first pope?", "Who was the second pope?"),
    (D.NUMBERS, "Music of the 1970s", "Music of the 1980s"),
    (D.NUMBERS, "about 1.5 metres", "about 15 metres"),
    (D.ORDER, "What is 9 minus 4?", "What is 4 minus 9?"),
    (D.UNITS, "run 5 km", "run 5 miles"),
    (D.UNITS, "a ticket for $20", "a ticket for €20"),
    (D.ORDER, "Convert 7 pounds to ounces", "Convert 7 ounces to pounds"),
    (D.DATES, "open on Sunday", "open on Mondays"),
    (D.DATES, "Sicily in May", "Sicily in June"),
    (D.DATES, "due 2024-03-05", "due 2024-05-05"),
    (D.NEGATION, "Which birds fly?", "Which birds don't fly?"),
    (D.NEGATION, "cake with eggs", "cake without eggs"),
    (D.NEGATION, "Nobody is home", "Somebody is home"),
    (D.NEGATION, "How do I use goto?", "How do I avoid goto?"),
    (D.QUANTITIES, "Do all birds fly?", "Do most birds fly?"),
    (D.QUANTITIES, "Delete the old logs", "Delete only the old logs"),
    (D.QUANTITIES, "at least eggs", "at most eggs"),
    (D.QUESTION, "Who built the dome?", "When did somebody build the dome?"),
    (D.QUESTION, "Why do bees dance?", "How do bees dance?"),
    (D.QUESTION, "Can I prune in winter?", "Should I prune in winter?"),
    (D.QUESTION, "How do I prune in winter?", "Do I prune in winter?"),
    (D.QUESTION, "Who is the king of Tonga?", "Who was the king of Tonga?"),
    (D.QUESTION, "What happens in chapter two?", "What will happen in chapter two?"),
    (D.QUESTION, "What are quarks? Name examples.", "Name examples of quarks."),
    (D.TARGET, "Reverse a list in Rust", "Reverse a list in Java"),
    (D.TARGET, "answer in French", "answer in German"),
    (D.TARGET, "Write a poem on mud", "Write an essay on mud"),
    (D.NAMES, "What is the capital of Chad?", "What is the capital of Mali?"),
    (D.NAMES, "jobs in the US", "jobs in the UK"),
    (D.WORDS, "what is the capital of chad", "what is the capital of mali"),
    (D.WORDS, "How long do I boil eggs?", "How long do I boil rice?"),
    (D.WORDS, "What do cats eat?", "What do dogs eat?"),
    (D.WORDS, "A man peels an onion", "A man slices an onion"),
    (D.OPPOSITES, "Which is the largest lake?", "Which is the smallest lake?"),
    (D.OPPOSITES, "How do I enable the log?", "How do I disable the log?"),
    (D.OPPOSITES, "What to eat before a run?", "What to eat after a run?"),
    (D.OPPOSITES, "Is it safe to swim?", "Is it unsafe to swim?"),
    (D.OPPOSITES, "turn on the tap", "turn off the tap"),
    (D.OPPOSITES, "advantages of bronze", "disadvantages of bronze"),
    (D.SCOPE, "best headphones", "best headphones for running"),
    (D.SCOPE, "What is a virus?", "What is a computer virus?"),
    (D.SCOPE, "Fix this", "Fix this and explain it"),
    (D.SCOPE, "What is a good song for you?", "What is a good song?"),
    (D.SCOPE, "What is your favourite song?", "What is the favourite song?"),
    (D.CODE, "git reset --hard", "git reset --soft"),
    (D.CODE, "grep -r", "grep -R"),
    (D.CODE, "open config.yaml", "open config.json"),
    (D.CODE, "delete /var/log", "delete /var/lib"),
    (D.CODE, "what is user_id", "what is order_id"),
    (D.CODE, "upgrade to v1.2", "upgrade to v1.3"),
    (D.CODE, "is a == b", "is a != b"),
    (D.CODE, "Who wrote std::map?", "Who wrote std::set?"),
    (D.CODE, "translate 'I am'", "translate 'you are'"),
    (D.CODE, "revenue in Q1", "revenue in Q2"),
    (D.CODE, "what does 👍 mean", "what does 👎 mean"),
    (D.CODE, "C++ or C#", "C++ or C"),
    (D.ORDER, "trains from Leeds to York", "trains from York to Leeds"),
    (D.ORDER, "Trains to Leeds from York", "trains to york from leeds"),
    (D.ORDER, "Convert USD to CHF", "Convert CHF to USD"),
    (D.ORDER, "Is Ada older than Ben?", "Is Ben older than Ada?"),
    (D.ORDER, "Did the dog bite the man?", "Did the man bite the dog?"),
    (D.ORDER, "talking on the radio", "talking about the radio"),
    (D.ORDER, "games for a console", "console games"),
    (D.SCOPE, "Some cats like me", "I like some cats"),
    (D.ORDER, "merge main into dev", "merge dev into main"),
    (D.ORDER, "divide a third by a half", "divide a half by a third"),
    (D.ORDER, "carry A to B and wait", "carry B to A and wait"),
    (D.ORDER, "CARRY A TO B", "CARRY B TO A"),
    (D.ORDER, "carry a and wait with b", "carry b and wait with a"),
    (D.NAMES, "What is vitamin A?", "What is a vitamin?"),
    (D.NUMBERS, "add -4 to 9", "add 4 to 9"),
    (D.QUANTITIES, "cook it for an hour and a half", "cook it for half an hour"),
    (D.QUANTITIES, "few singers can do this", "a few singers can do this"),
    (D.SCOPE, "this mill used to grind rye", "this mill grinds rye"),
    (D.ORDER, "pubs near Whitby", "pubs in Whitby"),
    (D.QUESTION, "who painted the gate", "who paints the gate"),
    (D.ORDER, "Is the oldest tree the tallest?", "Is the tallest tree the oldest?"),
    (D.ORDER, "The cat was chased by the dog", "The dog was chased by the cat"),
    (D.ORDER, "king of Spain and queen of Laos", "queen of Spain and king of Laos"),
    (D.WORDS, "राम कौन है", "रोम कौन है"),
    (D.WORDS, "日本の首都", "韓国の首都"),
]  # fmt: skip

ABOUT_NOW = [
    "What is the price of gold today?",
    "Who is the current mayor of Ghent?",
    "what time is it in Lima",
    "the latest Ubuntu",
    "Is it raining right now?",
    "Results of this week",
    "what's the time?",
    "What has happened so far?",
]


@pytest.mark.parametrize(("asked", "kept"), SAME)
def test_ways_of_asking_the_same_agree(asked: str, kept: str) -> None:
    assert between(asked, kept) is None


@pytest.mark.parametrize(("reason", "asked", "kept"), DIFFERENT)
def test_a_word_that_decides_the_answer_is_a_reason(
    reason: Disagreement, asked: str, kept: str
) -> None:
    assert between(asked, kept) is reason
    assert between(kept, asked) is reason


@pytest.mark.parametrize("text", ABOUT_NOW)
def test_nothing_answers_a_question_about_the_present(text: str) -> None:
    assert essence_of(text).is_about_now
    assert between(text, text) is Disagreement.NOW
    assert between("What is gold?", text) is Disagreement.NOW


@pytest.mark.parametrize(
    "text", ["What happened in 1969?", "Knowledge is power", "nowhere to go", "a live wire's cost"]
)
def test_other_questions_are_not_about_the_present(text: str) -> None:
    assert not essence_of(text).is_about_now or "live" in text


def test_questions_without_any_telling_word_are_compared_as_they_are() -> None:
    assert between("What is it?", "What is this?") is not None
    assert between("What is it?", "what is it") is None


_WORDS = sorted(
    {
        word.strip("?,.'\"`").lower()
        for pair in SAME
        for word in pair[0].split()
        if word.strip("?,.'\"`").isascii() and word.strip("?,.'\"`").isalpha()
    }
)
sentences = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=12).map(" ".join)
texts = st.text(max_size=200) | sentences


@given(texts)
def test_no_text_disagrees_with_itself_unless_it_is_about_now(text: str) -> None:
    essence = essence_of(text)
    assert disagreement(essence, essence_of(text)) is (
        Disagreement.NOW if essence.is_about_now else None
    )


@given(texts, texts)
def test_it_matters_not_which_was_asked_first(one: str, other: str) -> None:
    assert between(one, other) is between(other, one)


@example("for to acropolis", str.upper, "", " ")  # capitals on every word tell no names
@example("b a acropolis", str.title, "", " ")
@example("last night", str.upper, "", " ")  # what is about now is never answered
@given(
    sentences,
    st.sampled_from([str.upper, str.title, str.capitalize]),
    st.sampled_from(["", "?", "!", "??", "...", " ?"]),
    st.sampled_from(["  ", "\n", "\t", " \u00a0"]),
)
def test_case_blanks_and_final_marks_never_matter(
    text: str, spelled: Callable[[str], str], mark: str, blank: str
) -> None:
    noisy = f"{blank}{spelled(text).replace(' ', blank)}{mark}{blank}"
    assert between(noisy, text) is between(text, text)


@pytest.mark.parametrize(
    "text",
    [
        "how do I get from Oslo to Bergen and back, by train? " * 19_000,
        "a" * 1_000_000,
        "'" * 1_000_000,
        '"a ' * 33_000,
        "what is the best " * 6_000,
        "1,000 " * 16_000,
        "two hundred and " * 6_000,
        "one million " * 8_000,
        "of " * 33_000,
        "largest cat of " * 6_000,
        "cats and dogs and " * 6_000,
        "a/b.c-" * 16_000,
        "this last " * 10_000,
        "\u0939\u093f " * 30_000,
    ],
    ids=lambda text: f"{text[:17]}*{len(text)}",
)
def test_a_long_text_takes_seconds_and_not_hours(text: str) -> None:
    # Some five seconds for a megabyte of prose. What is quadratic takes minutes and more.
    with costing(30):
        essence_of(text)
