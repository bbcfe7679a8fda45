"""What networks compute on."""

from typing import Final

from attrs import frozen

# One prepares texts while the other's are computed. A GPU takes up one pass after another, and each
# more has to fit into its memory.
_GPU_THREADS: Final = 2


@frozen
class Device:
    """A processor.

    Args:
        name: What torch calls it.
    """

    name: str

    @classmethod
    def fastest(cls) -> "Device":
        """Returns a GPU, if torch sees one, and the CPU otherwise.

        To hide it, say `CUDA_VISIBLE_DEVICES=`. Imports torch, which takes seconds.
        """
        import torch  # noqa: PLC0415 - seconds of work that only this function needs

        return GPU if torch.cuda.is_available() else CPU

    def threads(self, wanted: int) -> int:
        """Returns how many threads compute on it, of those that are wanted."""
        return wanted if self == CPU else min(wanted, _GPU_THREADS)


CPU: Final = Device("cpu")
GPU: Final = Device("cuda")
