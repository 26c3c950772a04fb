"""Whether a graph is made for formats that know little: then of what all of them know, though it may cost more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PLAIN = ContextVar("plain", default=False)


def is_plain() -> bool:
    """Says whether the graph that is being made is for such a format."""
    return _PLAIN.get()


@contextmanager
def plainly() -> Iterator[None]:
    """Makes graphs for such formats until the block ends."""
    before = _PLAIN.set(True)
    try:
        yield
    finally:
        _PLAIN.reset(before)
