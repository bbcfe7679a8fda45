import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.envelopes import ENVELOPES, unwrapped
from tests.costs import costing


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("why?", "why?"),
        ("<system-reminder>be good</system-reminder>why?", "why?"),
        ("a<user_info>x</user_info>b<user_info>y</user_info>c", "abc"),
        ("<environment_context>\n<cwd>x</cwd>\n</environment_context>\nwhy?", "\nwhy?"),
        ("<user_info><system-reminder>x</system-reminder>y</user_info>z", "z"),
        ("<user_info><user_info>x</user_info>y</user_info>z", "z"),
        ('<attached_files n="1">x</attached_files>why?', "why?"),
        ("<task>why?</task>", "<task>why?</task>"),
        ("what is <system-reminder> for?", "what is <system-reminder> for?"),
        ("x</system-reminder>why?", "x</system-reminder>why?"),
        ("<user_info>a<system-reminder>b</system-reminder>c", "<user_info>ac"),
        ("<user_info>a<system-reminder>b</user_info>c</system-reminder>d", "d"),
        ("2 < 3 > 1", "2 < 3 > 1"),
    ],
)
def test_what_programs_wrap_is_taken_off(text: str, rest: str) -> None:
    assert unwrapped(text) == rest


@given(
    st.lists(
        st.sampled_from(["<", "/", ">", "user_info", "<user_info>", "</user_info>", " ", "a"])
    ).map("".join)
)
def test_nothing_is_added_and_what_has_no_envelope_stays(text: str) -> None:
    rest = unwrapped(text)
    remaining = iter(text)
    assert all(character in remaining for character in rest)
    if "</user_info>" not in text:
        assert rest == text


@pytest.mark.parametrize("piece", ["<user_info>", "</user_info>", "<user_info><", "<user_info x"])
def test_it_takes_time_in_proportion(piece: str) -> None:
    with costing(2):
        unwrapped(piece * 20_000)


def test_a_turn_that_is_all_envelope_is_no_prompt_unless_there_is_no_other() -> None:
    wrapped = f"<{ENVELOPES[0]}>remember the integrals</{ENVELOPES[0]}>"
    spoken = (Message(Role.USER, f"{wrapped}may I?"), Message(Role.ASSISTANT, f"yes{wrapped}"))
    again = (*spoken, Message(Role.TOOL, "42"), Message(Role.USER, wrapped))
    prompt = ChatRequest("auto", again).prompt(100)
    assert prompt is not None
    assert (prompt.turn, prompt.context) == ("may I?", "")
    prompt = ChatRequest("auto", (*again, Message(Role.USER, "and so?"))).prompt(100)
    assert prompt is not None
    assert (prompt.turn, prompt.context) == ("and so?", "may I?\nyes\n42")
    prompt = ChatRequest("auto", (Message(Role.USER, wrapped),)).prompt(100)
    assert prompt is not None
    assert prompt.turn == wrapped
