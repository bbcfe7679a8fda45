"""A configuration in which a header says how far each check goes: one Envoy does for all."""

from collections.abc import Mapping
from typing import Final

RUNG: Final = "x-rung"

GATEWAY: Final = """\
version: 1
endpoints:
  gpu-1: {address: "127.0.0.1:8001", health_path: /health}
models:
  m: {endpoints: {gpu-1: 1}}
categories:
  law: {candidates: {m: 1}}
routing: {default_model: m}
"""

_OFF: Final = """\
guards:
  jailbreak: {mode: off}
  injection: {mode: off}
  pii: {mode: off}
  answers: {mode: off}
  unscannable: off
"""


def written(rungs: Mapping[str, str], more: str = "") -> str:
    """Returns a configuration with nothing but decisions by the header `x-rung`.

    Args:
        rungs: The guards of each, as they stand in YAML, by the header's value.
        more: What else it says.
    """
    signals = [f"  {name}: {{header: {{name: {RUNG}, any: [{name}]}}}}" for name in rungs]
    decisions = [
        f"  {name}: {{when: {name}, guards: {{{guards}}}}}" for name, guards in rungs.items()
    ]
    return "\n".join([GATEWAY + _OFF + more, "signals:", *signals, "decisions:", *decisions, ""])
