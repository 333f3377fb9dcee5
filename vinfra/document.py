"""Strict YAML: plain values, and the line and column every one of them was written at.

PyYAML silently reads `22:30` as 1350, `no` as false, `010` as 8 and keeps the last of two equal keys. Here the C parser
only says what stands where; values are made by rules that refuse what two readers could understand differently. The
parser's events are used, not its node tree: that one is built by recursion in C, and deep nesting ends the process.
"""

from __future__ import annotations

import functools
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from vinfra.errors import InputError, Place, Problem, dotted

LARGEST = 50_000_000  # bytes; an estate of 100,000 VMs written one by one stays below
NODES = 2_000_000  # what such a file holds, and more
ALIASED = 200_000  # values that may come out of aliases: a few lines must not become a billion
DEPTH = 100

UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
CLOCK = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?")
RADIX = re.compile(r"[-+]?0[bBoOxX][0-9a-fA-F_]+")
UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?")
ZERO_LED = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)")
WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
TREACHEROUS = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), "true"),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), "false"),
}
SYNTAX = {
    "tab character": "a tab cannot indent; use spaces",
    "mapping values are not allowed": "a colon where none can be; quote the text, or put the key on a line of its own",
    "found unexpected ':'": "a colon where none can be; put a space after it, or quote the text",
    "block sequence entries are not allowed": "a list cannot begin here; put it on a line of its own",
    "did not find expected key": "a key is expected here; does the indentation fit the lines above?",
    "did not find expected '-'": "a list item (`- `) is expected here; does the indentation fit the lines above?",
    "expected ',' or ']'": "a `,` or the `]` is missing for the list that begins on line {line}",
    "expected ',' or '}'": "a `,` or the `}}` is missing for the mapping that begins on line {line}",
    "did not find expected node content": "a value is expected here",
    "unexpected end of stream": "the quote that begins on line {line} is not closed",
    "could not find expected ':'": "this line has no colon; write `key: value`",
}
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """`data` is plain Python; `places` has the place of every path: a mapping's key, a list's item, () the whole."""

    data: Any
    places: Mapping[Key, Place]


def read(path: str | os.PathLike[str], shown: str | None = None) -> Document:
    """The document in a file; places name it as `shown`, or as the path was given. InputError for all that is wrong."""
    name = shown or os.fspath(path)
    here = Place(name)
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise InputError.at(here, "there is no such file") from None
    except IsADirectoryError:
        raise InputError.at(here, "is a folder; give the YAML file in it") from None
    except (OSError, ValueError) as reason:
        raise InputError.at(here, f"cannot be read: {getattr(reason, 'strerror', None) or reason}") from None
    if len(content) > LARGEST:
        raise InputError.at(here, f"has more than {LARGEST:,} bytes, the most that is read")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError.at(here, "is UTF-16 text; save it as UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise InputError.at(Place(name, line), "is not UTF-8 text; save it as UTF-8") from None
    return parse(text, name)


def parse(text: str, file: str) -> Document:
    """The document in a text that was read from `file`. InputError with every problem found."""
    return _Builder(file, _events(text.removeprefix("\ufeff"), file)).document()


def scalar(text: str, place: Place) -> Any:
    """The value that `--set PATH=VALUE` gives, by the same rules; mappings and lists only as {...} and [...]."""
    if not text.strip():
        raise InputError.at(place, "sets nothing; write --set PATH=VALUE, or PATH=null to take a value away")
    try:
        events = _events(text, place.file)
        if isinstance(events[0], yaml.CollectionStartEvent) and not events[0].flow_style:
            brackets = "{...}" if isinstance(events[0], yaml.MappingStartEvent) else "[...]"
            raise InputError.at(place, f"reads as more than one value; write {brackets} for that, or quote the text")
        return _Builder(place.file, events).document().data
    except InputError as wrong:
        problems = [Problem(place, problem.path, f"{text!r}: {problem.message}") for problem in wrong.problems]
        raise InputError(problems) from None


def plain(text: str) -> str | int | float | bool | None:
    """What text without quotes stands for; ValueError, whose message is the cure, where readers of YAML disagree."""
    if text in WORDS:
        return WORDS[text]
    if text in TREACHEROUS:
        reads = TREACHEROUS[text]
        raise ValueError(f"`{text}` reads as {reads}; write {reads}, or quote it: '{text}'")
    return _number(text) if text[0] in "+-.0123456789" else text


@functools.lru_cache(maxsize=4096)
def _number(text: str) -> str | int | float:
    """Only plain decimal numbers are numbers; `64 GiB`, `3.5.1` and `2007-10-01` are text."""
    if INTEGER.fullmatch(text) and len(text) < 400:
        return int(text)
    if DECIMAL.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise ValueError(f"`{text}` is too large for a number; quote it if it is text: '{text}'")
        return number
    if CLOCK.fullmatch(text):
        hours, minutes = text.split(":")[:2]
        cure = f"write {hours}h{minutes} for a time of day, or quote it: '{text}'"
        raise ValueError(f"`{text}` reads as a number to base 60; {cure}")
    cure = f"write a plain decimal, or quote it: '{text}'"
    if NOT_FINITE.fullmatch(text):
        raise ValueError(f"`{text}` is not a finite number; {cure}")
    if RADIX.fullmatch(text) or UNDERSCORED.fullmatch(text) or ZERO_LED.fullmatch(text):
        raise ValueError(f"`{text}` reads as different numbers in different programs; {cure}")
    return text


def _events(text: str, file: str) -> list[Any]:
    """What the parser finds from the start of the one document to its end; InputError for anything that is not YAML."""
    if found := UNPRINTABLE.search(text):
        line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
        raise InputError.at(Place(file, line, column), f"the character U+{ord(found[0]):04X} is not allowed; delete it")
    parser = yaml.CSafeLoader(text)
    events: list[Any] = []
    depth = documents = 0
    try:
        while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise InputError.at(_place(file, event), "a second document begins here; keep one (remove the `---`)")
            if depth > DEPTH or len(events) > 2 * NODES:
                limit = f"is nested more than {DEPTH} deep" if depth > DEPTH else f"holds more than {NODES:,} values"
                raise InputError.at(_place(file, event), limit)
            if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                events.append(event)
    except yaml.MarkedYAMLError as wrong:
        raise _syntax(wrong, text, file) from None
    except yaml.YAMLError as wrong:
        raise InputError.at(Place(file), f"is not YAML: {str(wrong).splitlines()[0]}") from None
    finally:
        parser.dispose()
    if not events or (len(events) == 1 and getattr(events[0], "value", None) == "" and not events[0].style):
        raise InputError.at(Place(file), "is empty")
    return events


def _place(file: str, event: Any) -> Place:
    return Place(file, event.start_mark.line + 1, event.start_mark.column + 1)


def _syntax(wrong: yaml.MarkedYAMLError, text: str, file: str) -> InputError:
    """What the parser says, in one line, with the cure for the usual mistakes."""
    mark, problem = wrong.problem_mark or wrong.context_mark, str(wrong.problem or "")
    if mark is None:
        return InputError.at(Place(file), f"is not YAML: {problem}")
    here = Place(file, mark.line + 1, mark.column + 1)
    began = (wrong.context_mark or mark).line + 1
    if "maximum nesting depth" in problem:  # of libyaml since 0.2.6, whose scanner is ahead of the events counted here
        return InputError.at(here, f"is nested more than {DEPTH} deep")
    if "cannot start any token" in problem:
        character = text[mark.index : mark.index + 1]
        tab = character == "\t"
        return InputError.at(here, SYNTAX["tab character"] if tab else f"'{character}' cannot begin a value; quote it")
    for fragment, sentence in SYNTAX.items():
        if fragment in problem:
            return InputError.at(here, sentence.format(line=began))
    return InputError.at(here, "is not YAML: " + f"{wrong.context or ''} {problem}".strip())


class _Builder:
    """Turns the events of one document into values and places."""

    def __init__(self, file: str, events: list[Any]) -> None:
        self.file = file
        self.events = events
        self.at = 0
        self.problems: list[Problem] = []
        self.places: dict[Key, Place] = {}
        self.anchors: dict[str, int | None] = {}  # where each begins; None while it is still open
        self.replaying = 0
        self.aliased = 0

    def document(self) -> Document:
        """Build from the first event to the last; InputError with every problem."""
        data = self._value(())
        self.places[()] = Place(self.file, 1, 1)
        if self.problems:
            raise InputError(self.problems)
        return Document(data, self.places)

    def _wrong(self, event: Any, path: Key, message: str) -> None:
        self.problems.append(Problem(_place(self.file, event), dotted(path), message))

    def _value(self, path: Key) -> Any:
        event, begin = self.events[self.at], self.at
        self.at += 1
        self._bound(event, path)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._wrong(event, path, f"the tag {tag} is not allowed; leave it out")
        if anchored := event.anchor is not None and not self.replaying:
            if event.anchor in self.anchors:
                self._wrong(event, path, f"the anchor &{event.anchor} is set twice; give one another name")
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            made: Any = self._scalar(event, path)
        else:
            made = self._list(path) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(path)
        if anchored:
            self.anchors[event.anchor] = begin
        return made

    def _bound(self, event: Any, path: Key) -> None:
        """Aliases can nest and multiply what the text alone could not."""
        self.aliased += self.replaying > 0
        if self.aliased > ALIASED:
            raise InputError.at(_place(self.file, event), f"aliases make more than {ALIASED:,} values of a few lines")
        if len(path) > DEPTH:
            raise InputError.at(_place(self.file, event), f"is nested more than {DEPTH} deep")

    def _alias(self, event: Any, path: Key) -> Any:
        """Read the anchored events again, under this path."""
        begin = self.anchors.get(event.anchor)
        if begin is None:
            name, open_still = event.anchor, event.anchor in self.anchors
            sentence = "stands for what contains it" if open_still else f"stands for nothing: no &{name} before it"
            self._wrong(event, path, f"the alias *{name} {sentence}")
            return None
        back, self.at = self.at, begin
        self.replaying += 1
        made = self._value(path)
        self.replaying -= 1
        self.at = back
        return made

    def _scalar(self, event: Any, path: Key) -> Any:
        if event.style or event.tag is not None:
            return event.value
        try:
            return plain(event.value)
        except ValueError as cure:
            self._wrong(event, path, str(cure))
            return None

    def _list(self, path: Key) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := self.events[self.at], yaml.SequenceEndEvent):
            self.places[(*path, len(made))] = _place(self.file, event)
            made.append(self._value((*path, len(made))))
        self.at += 1
        return made

    def _mapping(self, path: Key) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := self.events[self.at], yaml.MappingEndEvent):
            key = self._key(event, path)
            here, place = (*path, key), _place(self.file, event)
            if key in made:
                first = self.places[here].line
                self._wrong(event, here, f"is written twice, on lines {first} and {place.line}; keep one")
            else:
                self.places[here] = place
            made[key] = self._value(here)
        self.at += 1
        return made

    def _key(self, event: Any, path: Key) -> str:
        """The key as text; what is no text is a problem, and gets a name so that its value is still read."""
        if not isinstance(event, yaml.ScalarEvent):
            self._wrong(event, path, "a key must be text; write `key: value`")
            self._value((*path, "?"))
            return "?"
        self.at += 1
        key = str(event.value)
        if event.tag is not None or event.anchor is not None:
            self._wrong(event, path, f"the key `{key}` has a tag or an anchor; leave it out")
        elif key == "<<" and not event.style:
            self._wrong(event, path, "merge keys (<<) are not part of the language; write the values out")
        elif not key.isprintable() or not key.strip():
            self._wrong(event, path, "a key must be printable text on one line")
        elif not event.style:
            try:
                value = plain(key)
            except ValueError as cure:
                self._wrong(event, path, f"the key {cure}")
            else:
                if not isinstance(value, str):
                    self._wrong(event, path, f"the key `{key}` is no text; quote it: '{key}'")
        return key
