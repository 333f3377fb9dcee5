"""A page as a test reads it: elements, text, scripts, data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "input", "line", "path", "rect", "col", "br"}


class Page(HTMLParser):
    """Elements with their attributes, the text outside scripts and styles, and the scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self.elements.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((found, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif not self.open or self.open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def data(self) -> Any:
        return json.loads(next(text for attributes, text in self.scripts if attributes.get("id") == "data"))

    def check_sealed(self) -> None:
        """Well formed; nothing is loaded from elsewhere; its policy admits its own scripts and no other."""
        assert self.open == []
        assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in self.elements}
        for tag, attributes in self.elements:
            assert "src" not in attributes, tag
            assert attributes.get("href", "#").startswith("#")
            assert not [key for key in attributes if key.startswith("on")]
        policy = next(meta["content"] for meta in self.all("meta") if meta.get("http-equiv"))
        code = [text for attributes, text in self.scripts if "type" not in attributes]
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in code]
        assert re.findall(r"'sha256-([^']+)'", policy) == hashes
        assert policy.startswith("default-src 'none'") and "'unsafe-eval'" not in policy
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
