"""Whether a graph is made for formats that know little: then of what all of them know, though it may cost more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PLAIN = ContextVar("plain", default=False)
_LISTS = ContextVar("lists", default=True)


def is_plain() -> bool:
    """Says whether the graph that is being made is for such a format."""
    return _PLAIN.get()


def has_lists() -> bool:
    """Says whether the graph that is being made may hold lists of what the steps of a loop give, of any batch."""
    return _LISTS.get()


@contextmanager
def plainly(*, lists: bool = True) -> Iterator[None]:
    """Makes graphs for such formats until the block ends; `lists` says whether they have lists."""
    before = _PLAIN.set(True), _LISTS.set(lists)
    try:
        yield
    finally:
        _PLAIN.reset(before[0])
        _LISTS.reset(before[1])
