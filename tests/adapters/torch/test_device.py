"""A GPU is used where there is one, and where there is none the code is held to what one needs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.checkpoints.network import Head, Network
from semroute.adapters.torch.device import CPU, GPU, Device
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.files import CheckpointFiles
from tests.adapters.torch.tiny import TinyCheckpoints

pytestmark = pytest.mark.model

TEXTS = ("hello", "can my landlord evict me? " * 5, "solve the equation " * 200, "")
FACTORIES = {torch.tensor, torch.zeros, torch.ones, torch.arange, torch.empty, torch.full}


class AwayFromHome(TorchFunctionMode):
    """Refuses what would fail if the model were not where tensors are made unless told."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0
        self.fetched: list[torch.Tensor] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        told = dict(kwargs or {})
        if func in FACTORIES:
            assert "device" in told, func
            self.made += 1
        if func is torch.Tensor.numpy:
            assert any(args[0] is each for each in self.fetched), "it was not fetched"
        result = func(*args, **told)
        if func is torch.Tensor.cpu:
            self.fetched.append(result)
        return result


def test_every_tensor_of_a_pass_is_made_where_the_model_is_and_fetched_from_there(
    encoder: Encoder,
) -> None:
    with AwayFromHome() as home:
        encoder.encode(TEXTS)
        encoder.encode_with_parts(TEXTS, (0, 6))
        encoder.encode_each(TEXTS, (0, 6))
        encoder.encode_tokens(lambda _share: None, 20)
    assert home.made > len(TEXTS)
    assert home.fetched


def test_so_is_every_tensor_of_a_checkpoints_pass(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("bert", "SequenceClassification")
    network = Network.load(CheckpointFiles.open(directory), Head.TEXT, 64)
    with AwayFromHome() as home:
        network.read(TEXTS)
    assert home.made
    assert home.fetched


def test_what_is_learnt_is_learnt_on_the_cpu(encoder: Encoder) -> None:
    assert encoder.device == CPU


@pytest.mark.parametrize(("device", "threads"), [(CPU, 64), (GPU, 2)])
def test_a_gpu_is_given_two_passes_at_once(device: Device, threads: int) -> None:
    assert device.threads(64) == threads
    assert device.threads(1) == 1


def test_the_fastest_device_is_what_torch_sees() -> None:
    assert Device.fastest() == (GPU if torch.cuda.is_available() else CPU)


def test_a_gpu_says_what_the_cpu_says(encoder: Encoder, checkpoints: TinyCheckpoints) -> None:
    if not torch.cuda.is_available():
        pytest.skip("torch sees no GPU, so nothing was computed on one")
    there = load_encoder(may_use_gpu=True)
    assert there.device == GPU
    vectors, parts = there.encode_with_parts(TEXTS, (0, 6))
    ours, our_parts = encoder.encode_with_parts(TEXTS, (0, 6))
    assert np.abs(vectors - ours).max() < 1e-4
    for one, other in zip(parts, our_parts, strict=True):
        for each, its in zip(one, other, strict=True):
            assert (each.states - its.states).abs().max() < 1e-3
    directory = checkpoints.random("bert", "SequenceClassification")
    network = Network.load(CheckpointFiles.open(directory), Head.TEXT, 64)
    assert network.device == GPU
    assert network.read(TEXTS)
