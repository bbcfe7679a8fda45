import pytest

from semroute.domain.pii import PiiKind, PiiSpan


@pytest.mark.parametrize(("start", "score"), [(-1, 1.0), (0, -0.1), (0, 1.1), (0, float("nan"))])
def test_a_span_outside_of_the_text_or_of_all_scores_is_none(start: int, score: float) -> None:
    with pytest.raises(ValueError, match="is none"):
        PiiSpan(PiiKind.EMAIL, start, 3, score)
