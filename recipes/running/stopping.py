"""Ctrl-C and SIGTERM: both stop a run in a sentence, at any moment."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from recipes import stop_at_once


class Terminated(KeyboardInterrupt):
    """SIGTERM came: what answers Ctrl-C answers it too."""


def status_of(interrupt: KeyboardInterrupt) -> int:
    """Returns the status to exit with, as shells have it: 128 and the signal's number."""
    return 128 + (signal.SIGTERM if isinstance(interrupt, Terminated) else signal.SIGINT)


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Raises `KeyboardInterrupt` for Ctrl-C and `Terminated` for SIGTERM; one that is ignored stays so.

    A library's compiled part, interrupted in an import, may raise another error, for which what was asked for is
    raised here; or none, after which what is yielded raises it when called.
    """
    asked: list[type[KeyboardInterrupt]] = []

    def stop(number: int, _: Any) -> None:
        asked.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
        raise asked[-1]

    def check() -> None:
        if asked:
            raise asked[0]

    in_main = threading.current_thread() is threading.main_thread()
    usual = (signal.default_int_handler, signal.SIG_DFL, stop_at_once)
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if in_main and signal.getsignal(n) in usual]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield check
    except Exception as error:
        if asked:
            raise asked[0] from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
