from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.chat import ChatRequest, Message, Prompt, Role


def chat(*turns: tuple[Role, str]) -> ChatRequest:
    return ChatRequest("auto", tuple(Message(role, text) for role, text in turns))


def test_the_last_user_turn_decides_and_what_came_before_is_context() -> None:
    request = chat(
        (Role.SYSTEM, "be brief"),
        (Role.USER, "first"),
        (Role.ASSISTANT, "answer"),
        (Role.USER, "second"),
    )
    assert request.prompt(100) == Prompt("second", "first\nanswer")


def test_what_follows_the_last_user_turn_continues_it() -> None:
    request = chat((Role.USER, "look it up"), (Role.ASSISTANT, ""), (Role.TOOL, "42 degrees"))
    assert request.prompt(100) == Prompt("look it up")


def test_context_is_cut_to_its_end() -> None:
    request = chat((Role.USER, "abcdef"), (Role.ASSISTANT, "ghi"), (Role.USER, "x"))
    assert request.prompt(6) == Prompt("x", "ef\nghi")
    assert request.prompt(0) == Prompt("x", "")


def test_without_a_user_the_last_one_who_spoke_stands_in() -> None:
    assert chat((Role.SYSTEM, "you are a poet"), (Role.TOOL, " ")).prompt(9) == Prompt(
        "you are a poet"
    )


def test_without_text_there_is_no_prompt() -> None:
    assert chat((Role.USER, " \n"), (Role.ASSISTANT, "")).prompt(100) is None
    assert chat().prompt(100) is None


def test_a_short_turn_is_read_after_its_context_and_a_long_one_alone() -> None:
    assert (
        Prompt("and in plants?", "How do cells divide?").text
        == "How do cells divide?\nand in plants?"
    )
    long = "and how does the same process differ in plants, step by step, please?"
    assert Prompt(long, "How do cells divide?").text == long
    assert Prompt("hello").text == "hello"


TURNS = st.lists(st.tuples(st.sampled_from(Role), st.text(max_size=30)), max_size=6)


@given(TURNS, st.integers(min_value=0, max_value=50))
def test_context_never_exceeds_its_bound_and_the_turn_is_never_cut(
    turns: list[tuple[Role, str]], bound: int
) -> None:
    prompt = chat(*turns).prompt(bound)
    if prompt is not None:
        assert len(prompt.context) <= bound
        assert prompt.turn in [text for _, text in turns]
