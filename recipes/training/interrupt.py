"""Ctrl-C and SIGTERM that are never lost: raised between two steps of a training, where nothing can swallow them."""

import functools
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras


class Interrupt(keras.callbacks.Callback):
    """Does what a signal asks for after the step, or the epoch, in which it was noted.

    Attributes:
        noted: The answer that the signal would have had at once, which raises `KeyboardInterrupt` or its like.
    """

    noted: Callable[[], Any] | None = None

    def check(self) -> None:
        """Raises if a signal was noted."""
        if self.noted:
            self.noted()
            self.noted = None  # whose answer did not raise is answered

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Raises if a signal was noted."""
        self.check()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Raises if a signal was noted."""
        self.check()


@contextmanager
def between_steps() -> Iterator[Interrupt]:
    """Yields a callback that raises what Ctrl-C or SIGTERM asks for; a second signal is answered at once.

    Python raises `KeyboardInterrupt` wherever it happens to be, in a library's clean-up too, where it is only printed.
    """
    interrupt = Interrupt()

    def note(number: int, frame: Any) -> None:
        answer = functools.partial(answers[number], number, frame)
        if interrupt.noted:
            answer()
        interrupt.noted = answer

    in_main = threading.current_thread() is threading.main_thread()
    answers: dict[int, Callable[[int, Any], Any]] = {}
    for asked in (signal.SIGINT, signal.SIGTERM) if in_main else ():
        answer = signal.getsignal(asked)
        if callable(answer):
            answers[asked] = answer
            signal.signal(asked, note)
    try:
        yield interrupt
    finally:
        for number, answer in answers.items():
            signal.signal(number, answer)
