from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.breaker import Breaker


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(failures=3, pause_seconds=10)
    for _ in range(2):
        breaker.failed(0)
    assert breaker.allows(1)
    breaker.succeeded()
    for _ in range(2):
        breaker.failed(2)
    assert breaker.allows(3)
    breaker.failed(3)
    assert not breaker.allows(4)


def test_after_the_pause_one_tries_and_the_others_wait() -> None:
    breaker = Breaker(failures=1, pause_seconds=10)
    breaker.failed(0)
    assert not breaker.allows(9.9)
    assert breaker.allows(10)
    assert not breaker.allows(10.1)
    breaker.failed(11)
    assert not breaker.allows(19.9)
    assert breaker.allows(20)
    breaker.succeeded()
    assert breaker.allows(20.1)
    assert breaker.allows(20.2)


@given(st.lists(st.sampled_from(["ask", "fail"]), max_size=60))
def test_while_all_fails_it_asks_at_most_once_in_a_pause(events: list[str]) -> None:
    breaker = Breaker(failures=5, pause_seconds=10)
    asked = 0
    for tick in range(len(events)):
        if breaker.allows(float(tick)):
            asked += 1
            breaker.failed(float(tick))
    assert asked <= 5 + len(events) / 10
