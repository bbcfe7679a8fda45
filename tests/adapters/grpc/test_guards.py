from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.grpc.guards import FloodGuard, ResetGuard


def test_noise_beyond_the_limit_is_a_flood() -> None:
    guard = FloodGuard(100, 0.0)
    assert not any(guard.noise(0.0) for _ in range(100))
    assert guard.noise(0.0)


def test_noise_is_forgotten_in_time_and_for_work() -> None:
    guard = FloodGuard(100, 0.0)
    assert not any(guard.noise(float(second)) for second in range(10_000))
    for _ in range(10_000):
        assert not guard.noise(1e4)
        guard.work()


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 10)), max_size=300))
def test_a_flood_needs_more_noise_than_the_limit(frames: list[tuple[bool, float]]) -> None:
    guard, now, noise = FloodGuard(100, 0.0), 0.0, 0
    for is_noise, pause in frames:
        now += pause
        if is_noise:
            noise += 1
            assert not guard.noise(now) or noise > 100
        else:
            guard.work()


def test_silence_is_an_attack_only_beyond_the_limit_and_in_the_majority() -> None:
    guard = ResetGuard(10, 0.0)
    assert not any(guard.silent(0.0) for _ in range(10))
    assert guard.silent(0.0)
    mixed = ResetGuard(10, 0.0)
    for _ in range(1000):
        mixed.spoken(0.0)
        assert not mixed.silent(0.0)


def test_old_resets_are_forgotten() -> None:
    guard = ResetGuard(10, 0.0)
    assert not any(guard.silent(float(second)) for second in range(1000))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 5)), max_size=200))
def test_an_attack_needs_more_silent_calls_than_the_limit(calls: list[tuple[bool, float]]) -> None:
    guard, now, silent = ResetGuard(20, 0.0), 0.0, 0
    for speaks, pause in calls:
        now += pause
        if speaks:
            guard.spoken(now)
        else:
            silent += 1
            assert not guard.silent(now) or silent > 20
