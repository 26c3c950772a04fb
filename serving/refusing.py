"""How what is served says no: one sentence of one line, whatever others' readers raise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Refused(Exception):
    """A file is damaged, not to be trusted or not what was asked for; the message is one sentence for a person."""


def said(error: Exception) -> str:
    """Returns the first line of what an error of others says, without its end; the error's name if it says nothing."""
    return f"{str(error).strip().partition(chr(10))[0].rstrip('.:') or type(error).__name__:.300}"


def unreadable(error: OSError, what: Any) -> str:
    """Returns the sentence for what could not be read or written; `what` if the error does not say which file."""
    return f"Could not read or write ({error.strerror or error}): {error.filename or what}."


@contextmanager
def ending(what: Any) -> Iterator[None]:
    """Ends a command that cannot go on with its sentence, and with status 1.

    Args:
        what: What it works on, for errors that do not say so.

    Raises:
        SystemExit: If the block raises `Refused` or `OSError`.
    """
    try:
        yield
    except Refused as refused:
        sys.exit(str(refused))
    except OSError as error:
        sys.exit(unreadable(error, what))


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
