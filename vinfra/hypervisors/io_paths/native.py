"""The native path: the operating system drives the device itself. Nothing is added."""

from __future__ import annotations

from typing import ClassVar

from vinfra.hypervisors.io_path import IoPath, io_paths


@io_paths.register("native")
class NativePath(IoPath):
    """The guest drives the device itself."""

    source: ClassVar[str] = "by definition"
