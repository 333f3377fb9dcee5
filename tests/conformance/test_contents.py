"""What every class of content must do: its parts are parts of one memory, and what it names has pages."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.compute.memory.content import Content


@pytest.fixture(params=facts.names("contents"))
def content(request: pytest.FixtureRequest) -> Content:
    found: Content = facts.load("contents", request.param, Content)
    return found


def test_its_parts_are_no_more_than_the_whole(content: Content) -> None:
    assert 0 < content.alike <= 1


def test_a_system_or_an_application_is_named_where_it_has_pages_and_nowhere_else(content: Content) -> None:
    assert (content.system is not None) == (content.system_pages > 0)
    assert (content.application is not None) == (content.application_pages > 0)
