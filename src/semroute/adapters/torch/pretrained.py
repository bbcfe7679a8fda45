"""A model of transformers, from a directory that has been looked through."""

import os
from pathlib import Path
from typing import Any

from .checkpoint import CheckpointError
from .device import Device
from .quiet import quiet


def pretrained(
    loader: str,
    directory: Path,
    device: Device,
    *,
    lacking: str,
    **options: object,
) -> Any:  # noqa: ANN401 - transformers' own type depends on the checkpoint
    """Loads a model; takes seconds. From then on each pass uses one thread.

    Nothing is fetched, unpickled or run that is not transformers' own.

    Args:
        loader: What transformers calls that which loads such models.
        directory: Where its files are.
        device: What it is to compute on.
        lacking: What it is if it has not all its weights.
        options: What else the loader is told.

    Raises:
        CheckpointError: The files are no such model; the operator's fault.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch  # noqa: PLC0415 - seconds of work that only this function needs
    import transformers  # noqa: PLC0415 - likewise

    chatter: Any = transformers.utils.logging
    chatter.disable_progress_bar()
    torch.set_num_threads(1)  # threads inside one pass lose to passes side by side
    try:
        with quiet("transformers"):  # it reports what we look at ourselves, and what nobody misses
            model, told = getattr(transformers, loader).from_pretrained(
                directory,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=torch.float32,
                output_loading_info=True,
                **options,
            )
        model = model.to(device.name).eval()
    except Exception as error:  # transformers promises no types
        message = f"{directory} cannot be loaded: {error}"
        raise CheckpointError(message) from error
    # transformers makes up what is missing, at random.
    missing = sorted(map(str, told["missing_keys"]))
    if missing:
        message = f"{directory} has no weights for {missing[0]}: {lacking}"
        raise CheckpointError(message)
    return model
