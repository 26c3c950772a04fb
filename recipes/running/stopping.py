"""Ctrl-C and SIGTERM: both stop a run in a sentence, at any moment."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from recipes import stop_at_once
from zoo import UsageError

AGAIN = 2.0  # seconds after which a stop that something has swallowed is raised again
ALARM = getattr(signal, "SIGALRM", None)  # Windows has none


class Terminated(KeyboardInterrupt):
    """SIGTERM came: what answers Ctrl-C answers it too."""


class Resumable(UsageError):
    """What ended a run that can go on.

    Attributes:
        HOW: Stands between the sentence and the command to go on with.
    """

    HOW: ClassVar[str] = "Go on with:"


def status_of(interrupt: KeyboardInterrupt) -> int:
    """Returns the status to exit with, as shells have it: 128 and the signal's number."""
    return 128 + (signal.SIGTERM if isinstance(interrupt, Terminated) else signal.SIGINT)


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Raises `KeyboardInterrupt` for Ctrl-C and `Terminated` for SIGTERM; one that is ignored stays so.

    What is raised may be lost: libraries make another error of it, for which what was asked for is raised here, print
    it, or go on. So it is raised again until the block has ended; and what is yielded raises it when called.
    """
    asked: list[type[KeyboardInterrupt]] = []

    def stop(number: int, _: Any) -> None:
        asked.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
        if ALARM in before:
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
        raise asked[-1]

    def check(*_: Any) -> None:
        if asked:
            raise asked[0]

    in_main = threading.current_thread() is threading.main_thread()
    usual = (signal.default_int_handler, signal.SIG_DFL, stop_at_once)
    answers = {signal.SIGINT: stop, signal.SIGTERM: stop, ALARM: check}
    numbers = [n for n in answers if in_main and n is not None and signal.getsignal(n) in usual]
    before = {number: signal.signal(number, answers[number]) for number in numbers}
    try:
        yield check
    except Exception as error:
        if asked:
            raise asked[0] from error
        raise
    finally:
        if ALARM in before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            # Whoever began with the recipe ends with it: there is nothing left to stop.
            signal.signal(number, signal.SIG_IGN if handler is stop_at_once else handler)


def settle() -> None:
    """Raises a stop that has been asked for and that something has made another error of; returns if there is none."""
    while ALARM is not None and any(signal.getitimer(signal.ITIMER_REAL)):
        time.sleep(AGAIN)  # which what is raised ends
