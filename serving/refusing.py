"""How what is served says no: one sentence of one line, whatever others' readers raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Refused(Exception):
    """A file is damaged, not to be trusted or not what was asked for; the message is one sentence for a person."""


def said(error: Exception) -> str:
    """Returns the first line of what an error of others says, without its end; the error's name if it says nothing."""
    return f"{str(error).strip().partition(chr(10))[0].rstrip('.:') or type(error).__name__:.300}"


@contextmanager
def guarded(file: Any, fault: str, advice: str = "fetch it again") -> Iterator[None]:
    """Guards a reader of others: whatever a damaged or hostile file makes it raise becomes one sentence of one line.

    Args:
        file: What is read, as the sentence calls it.
        fault: What is wrong with it.
        advice: What to do.

    Raises:
        Refused: If the block raises any exception.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as error:  # readers raise anything: a list of it is never whole
        raise Refused(f"{file} {fault} ({said(error)}): {advice}.") from None
