"""Prompts about terms."""

from hypothesis import given
from hypothesis import strategies as st

from semroute.app.phrasings import phrased


@given(st.text(), st.integers(0, 30))
def test_every_prompt_has_the_term_in_it_and_no_two_are_the_same(term: str, count: int) -> None:
    prompts = phrased(term, count)
    assert all(term in prompt for prompt in prompts)
    assert len(set(prompts)) == len(prompts) == min(count, 24)
    assert phrased(term, count) == prompts
