"""The state of what is under way, as arrays and plain values: enough to go on later, in another process, as if nothing
had been.

Who holds a state gives it with `state()` and takes it back with `restore(state)`, built from the same scenario and seed
before; what follows from these alone is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

State = Mapping[str, Any]  # texts, numbers, truth, None and arrays, in lists, tuples, sets and mappings
ARRAY, MAP, TUPLE, SET = TAGS = ("array", "map", "tuple", "set")  # what JSON does not have, by the key that marks it


@runtime_checkable
class Resumable(Protocol):
    """Something that can go on where another like it stopped."""

    def state(self) -> State:
        """What it would need to know."""

    def restore(self, state: State) -> None:
        """Go on from there. KeyError, TypeError or ValueError where it does not fit."""


class Kept:
    """Something whose state is what it holds by the names in `KEPT`: plain values, arrays, and others with a state."""

    __slots__ = ()
    KEPT: ClassVar[tuple[str, ...]] = ()

    def state(self) -> State:
        """What it holds."""
        return held(self, self.KEPT)

    def restore(self, state: State) -> None:
        """Hold that. KeyError, TypeError or ValueError where it does not fit."""
        hold(self, self.KEPT, state)


def held(thing: object, names: Sequence[str]) -> State:
    """What something holds by these names."""
    every = {name: getattr(thing, name) for name in names}
    return {name: value.state() if isinstance(value, Resumable) else value for name, value in every.items()}


def hold(thing: object, names: Sequence[str], state: State) -> None:
    """Let something hold that. KeyError, TypeError or ValueError where it does not fit."""
    for name in names:
        there, value = getattr(thing, name), state[name]
        if isinstance(there, Resumable):
            there.restore(value)
        elif isinstance(there, np.ndarray):
            refill(there, value)
        else:
            setattr(thing, name, value)


def apart(value: Any, arrays: list[np.ndarray]) -> Any:
    """The same as JSON has it, with arrays put on a list; in place of each is a mapping from ARRAY to its number."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {ARRAY: len(arrays) - 1}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value) and not any(tag in value for tag in TAGS):
            return {key: apart(inner, arrays) for key, inner in value.items()}
        return {MAP: [[apart(key, arrays), apart(inner, arrays)] for key, inner in value.items()]}
    if isinstance(value, list):
        return [apart(inner, arrays) for inner in value]
    if isinstance(value, tuple):
        return {TUPLE: [apart(inner, arrays) for inner in value]}
    if isinstance(value, set):
        return {SET: [apart(inner, arrays) for inner in sorted(value)]}
    return value.item() if isinstance(value, np.generic) else value


def together(value: Any, arrays: list[np.ndarray]) -> Any:
    """What was taken apart, whole again."""
    if isinstance(value, list):
        return [together(inner, arrays) for inner in value]
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        return arrays[value[ARRAY]]
    if MAP in value:
        return {together(key, arrays): together(inner, arrays) for key, inner in value[MAP]}
    if TUPLE in value:
        return tuple(together(inner, arrays) for inner in value[TUPLE])
    if SET in value:
        return {together(inner, arrays) for inner in value[SET]}
    return {key: together(inner, arrays) for key, inner in value.items()}


def refill(array: np.ndarray, values: Any) -> None:
    """Write values of the same shape and kind into an array; ValueError where they are others."""
    if not isinstance(values, np.ndarray) or values.shape != array.shape or values.dtype != array.dtype:
        raise ValueError(f"an array of shape {array.shape} and {array.dtype} was expected")
    array[...] = values
