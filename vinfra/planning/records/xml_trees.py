"""XML documents of an inventory as trees, safely: no document type, so no entities; size, depth and count bounded.

The parser is expat of the standard library, which reads nothing from elsewhere by itself. A document type is where all
attacks on it begin, and inventories have none. Source: XML 1.0; the table of attacks in the documentation of Python's
xml package. defusedxml would do this too; its last release is of 2021, and this is all of it that is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from vinfra.errors import InputError, Place

DEEPEST = 64
ELEMENTS = 4_000_000  # 20,000 domains of 200 each
PIECE = 1 << 20  # bytes given to the parser at a time
LONGEST = 4 << 20  # bytes of one tag: what is longer is scanned again and again


class _Refused(Exception):
    """What stops the parser."""


def parsed(file: str, data: bytes) -> Element:
    """The root of a document; InputError with its line."""
    builder, parser = TreeBuilder(), expat.ParserCreate()
    depth = count = 0

    def begin(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > ELEMENTS:
            raise _Refused("is nested too deeply or too large for an inventory")
        builder.start(tag, dict(attributes))

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def no_type(*_: object) -> None:
        raise _Refused("declares a document type, where entities hide; remove the line that begins with <!DOCTYPE")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = no_type
    parser.EntityDeclHandler = no_type
    try:
        for start in range(0, len(data), PIECE):
            parser.Parse(data[start : start + PIECE], False)
            if start - parser.CurrentByteIndex > LONGEST:
                raise _Refused("has a tag longer than any inventory has")
        parser.Parse(b"", True)
    except _Refused as wrong:
        raise InputError.at(Place(file, parser.CurrentLineNumber), str(wrong)) from None
    except expat.ExpatError as wrong:
        place = Place(file, wrong.lineno, wrong.offset + 1)
        raise InputError.at(place, f"is no XML: {expat.ErrorString(wrong.code)}") from None
    except ValueError as wrong:  # an encoding nobody knows
        raise InputError.at(Place(file, 1), f"is no XML: {wrong}") from None
    return builder.close()


def text(element: Element, path: str) -> str:
    """What stands in the element at a path; empty where it is not."""
    return (element.findtext(path) or "").strip()


def attribute(element: Element, path: str, name: str) -> str:
    """An attribute of the element at a path; empty where it is not."""
    found = element.find(path)
    return "" if found is None else found.get(name, "").strip()
