"""Plug-ins found because they lie in their folder (read in sorted order) or come from another package's entry point.

A registry names one kind of thing (a technique, a trace reader, a placement). Deleting one is deleting its file.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from vinfra.errors import suggest

T = TypeVar("T")


@functools.cache
def _points() -> Any:  # versions of Python differ in its type
    """Those of every package that is installed: looking for them takes longer than all that is read of them."""
    return importlib.metadata.entry_points()


class Registry(Generic[T]):
    """Classes of one kind by name. `package` is the folder that is read on first use, `group` the entry point group."""

    def __init__(self, kind: str, package: str, base: type[T]) -> None:
        self.kind = kind
        self.package = package
        words = kind.lower().replace(" ", "_")
        self.group = "vinfra." + (f"{words[:-1]}ies" if words.endswith("y") else f"{words}s")
        self.base = base
        self._found: dict[str, type[T]] = {}
        self._loaded = False

    def register(self, name: str) -> Callable[[type[T]], type[T]]:
        """Class decorator: make the class known under `name` (kebab-case, as it is written in a scenario)."""

        def keep(cls: type[T]) -> type[T]:
            other = self._found.get(name)
            if other is not None and other is not cls:
                raise ValueError(f"two {self.kind}s are called {name!r}: {other.__module__} and {cls.__module__}")
            cls.name = name  # type: ignore[attr-defined]
            self._found[name] = cls
            return cls

        return keep

    def names(self) -> list[str]:
        """Every registered name, sorted."""
        self._load()
        return sorted(self._found)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        self._load()
        return isinstance(name, str) and name in self._found

    def __getitem__(self, name: str) -> type[T]:
        """The class called `name`; KeyError with a suggestion when there is none."""
        self._load()
        if name not in self._found:
            raise KeyError(self.unknown(name))
        return self._found[name]

    def unknown(self, name: str) -> str:
        """The sentence that refuses `name`: `no technique 'nested-pagin'; did you mean 'nested-paging'?`"""
        return f"no {self.kind} '{name}'{suggest(name, self.names())}"

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        folder = importlib.import_module(self.package)
        for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
            importlib.import_module(f"{self.package}.{module.name}")
        for point in sorted(_points().select(group=self.group), key=lambda point: point.name):
            self.register(point.name)(point.load())
