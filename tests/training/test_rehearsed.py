"""What the head for people and addresses rehearses, and where it came from."""

from semroute.adapters.torch.training.rehearsal import REHEARSED_FILE
from training.rehearsed import page


def test_what_ships_is_what_is_made_of_the_lists() -> None:
    assert REHEARSED_FILE.read_text(encoding="utf-8") == page(), "run python -m training.rehearsed"
