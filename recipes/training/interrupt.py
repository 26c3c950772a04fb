"""Ctrl-C that is never lost: raised between two steps of a training, where nothing can swallow it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


class Interrupt(keras.callbacks.Callback):
    """Raises `KeyboardInterrupt` after the step, or the epoch, in which `noted` became true."""

    noted = False

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Raises if Ctrl-C was pressed."""
        if self.noted:
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Raises if Ctrl-C was pressed."""
        self.on_train_batch_end(epoch)


@contextmanager
def between_steps() -> Iterator[Interrupt]:
    """Yields a callback that raises what Ctrl-C asks for; a second Ctrl-C is raised at once.

    Python raises `KeyboardInterrupt` wherever it happens to be, in a library's clean-up too, where it is only printed.
    """
    interrupt = Interrupt()

    def note(*_: Any) -> None:
        if interrupt.noted:
            raise KeyboardInterrupt
        interrupt.noted = True

    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupt
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
