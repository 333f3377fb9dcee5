"""The state of what is under way, as arrays and plain values: enough to go on later, in another process, as if nothing
had been.

Who holds a state gives it with `state()` and takes it back with `restore(state)`, built from the same scenario and seed
before; what follows from these alone is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

State = Mapping[str, Any]  # texts, numbers, truth, None and arrays, in lists and in mappings by text
ARRAY = "array"  # the key under which the number of an array stands in what is left without arrays


@runtime_checkable
class Resumable(Protocol):
    """Something that can go on where another like it stopped."""

    def state(self) -> State:
        """What it would need to know."""

    def restore(self, state: State) -> None:
        """Go on from there. KeyError, TypeError or ValueError where it does not fit."""


def apart(value: Any, arrays: list[np.ndarray]) -> Any:
    """The same with its arrays put on a list, each in its place a mapping from ARRAY to its number there: JSON."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {ARRAY: len(arrays) - 1}
    if isinstance(value, Mapping):
        return {key: apart(inner, arrays) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [apart(inner, arrays) for inner in value]
    return value.item() if isinstance(value, np.generic) else value


def together(value: Any, arrays: list[np.ndarray]) -> Any:
    """What was taken apart, whole again; tuples have become lists."""
    if isinstance(value, dict):
        if value.keys() == {ARRAY}:
            return arrays[value[ARRAY]]
        return {key: together(inner, arrays) for key, inner in value.items()}
    return [together(inner, arrays) for inner in value] if isinstance(value, list) else value


def refill(array: np.ndarray, values: Any) -> None:
    """Write values of the same shape and kind into an array; ValueError where they are others."""
    if not isinstance(values, np.ndarray) or values.shape != array.shape or values.dtype != array.dtype:
        raise ValueError(f"an array of shape {array.shape} and {array.dtype} was expected")
    array[...] = values
