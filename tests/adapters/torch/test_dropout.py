"""Dropout of a byte each."""

import pytest
import torch

from semroute.adapters.torch.training.dropout import Dropout


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9])
def test_a_share_is_left_out_and_the_mean_stays(share: float) -> None:
    torch.manual_seed(3)
    kept = Dropout(share)(torch.ones(1000, 333))
    assert (kept == 0).float().mean().item() == pytest.approx(share, abs=0.005)
    assert kept.mean().item() == pytest.approx(1, abs=0.01)
    assert kept.unique().numel() <= 2, "what is kept grows by one factor"


def test_others_are_left_out_each_time_and_the_same_from_the_same_seed() -> None:
    dropout, ones = Dropout(0.5), torch.ones(7, 9)
    torch.manual_seed(1)
    first, second = dropout(ones), dropout(ones)
    torch.manual_seed(1)
    assert torch.equal(dropout(ones), first)
    assert not torch.equal(first, second)


def test_what_is_left_out_teaches_nothing() -> None:
    torch.manual_seed(0)
    numbers = torch.ones(50, requires_grad=True)
    kept = Dropout(0.5)(numbers)
    kept.sum().backward()
    assert numbers.grad is not None
    assert torch.equal(numbers.grad, kept.detach())


def test_nothing_is_left_out_of_what_is_only_asked() -> None:
    ones = torch.ones(5)
    assert Dropout(0.5).eval()(ones) is ones
