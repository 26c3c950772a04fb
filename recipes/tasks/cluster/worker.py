"""What each worker of a cluster does: the whole recipe; TF_CONFIG says who the others are; the chief is heard.

Nothing here knows Ray: a worker is given a job, and a queue to speak through.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import socket
import traceback
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from recipes import running
from recipes.running import entries, strategies
from recipes.running.command_line import unreadable
from zoo import UsageError, quiet


class Queue(Protocol):
    """What a worker speaks through, `queue.Queue` or Ray's."""

    def put(self, item: Any) -> None:
        """Says something."""


class Met(NamedTuple):
    """What a worker says first: who it is.

    Attributes:
        number: Its place among them, from 0.
        host: The machine's name.
        process: The process's number.
    """

    number: int
    host: str
    process: int


class Failed(Exception):
    """A fault of the recipe's; the message is the worker's traceback, which does not travel between processes."""


@dataclass(frozen=True)
class Job:
    """What all workers do.

    Attributes:
        recipe: The recipe's name.
        arguments: The words of its command line.
        folder: Where relative paths begin, on every machine.
        terminal: Whether what the chief says goes to a terminal, on which a line may be written over.
    """

    recipe: str
    arguments: tuple[str, ...]
    folder: str
    terminal: bool = False

    def config(self) -> tuple[running.Entry, running.Options]:
        """Returns what runs the recipe, and its options.

        Raises:
            UsageError: If there is no such recipe, or they are not what they should be.
        """
        words = list(self.arguments)
        entry = entries.find(self.recipe, words)
        config = running.parse(entry.options, words, entry.recipe)
        if config.strategy not in (None, "multi_worker"):
            raise UsageError(
                f"Workers of a cluster train by --strategy multi_worker. Received: {config.strategy}. Leave it out."
            )
        if not config.trains():
            raise UsageError(
                f"Workers of a cluster train, and with these options recipes.{entry.recipe} does not: run it by python "
                f"-m recipes.{entry.recipe}."
            )
        return entry, dataclasses.replace(config, strategy="multi_worker")


class Voice(io.TextIOBase):
    """A standard output that another process prints: a line at a time, or as much of it as is shown at once."""

    def __init__(self, queue: Queue, terminal: bool) -> None:
        self._queue, self._terminal = queue, terminal
        self._held: list[str] = []

    def isatty(self) -> bool:
        """Says whether it ends at a terminal."""
        return self._terminal

    def writable(self) -> bool:
        """Says that it can be written to."""
        return True

    def write(self, words: str) -> int:
        """Says words, once their line has ended."""
        self._held.append(words)
        if "\n" in words:
            self.flush()
        return len(words)

    def flush(self) -> None:
        """Says what has been written."""
        if self._held:
            held, self._held = "".join(self._held), []
            self._queue.put(held)


def work(job: Job, queue: Queue) -> None:
    """Runs the recipe as one of several workers; what the chief prints goes to the queue.

    Args:
        job: What to do.
        queue: Gets a `Met`, and then strings.

    Raises:
        UsageError: For what a person can mend.
        Failed: For everything else.
    """
    os.environ.pop("TF_USE_LEGACY_KERAS", None)  # Ray sets it, and this is Keras 3
    queue.put(Met(strategies.task()[2], socket.gethostname(), os.getpid()))
    voice = Voice(queue, job.terminal)
    try:
        _enter(job.folder)
        entry, config = job.config()
        with contextlib.redirect_stdout(voice):
            strategies.start(config.strategy)
            quiet.start()
            _run(entry, config)
    except UsageError:
        raise
    except Exception:
        raise Failed(traceback.format_exc()) from None
    finally:
        voice.flush()


def _enter(folder: str) -> None:
    """Goes to where relative paths begin."""
    try:
        os.chdir(folder)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be entered on {socket.gethostname()} ({error.strerror}): start this in a folder that all "
            "machines of the cluster share."
        ) from None


def _run(entry: running.Entry, config: running.Options) -> None:
    try:
        with strategies.placed(config) as placed:
            entry.run(placed)
    except OSError as error:
        raise UsageError(unreadable(error, entry.recipe, config)) from None
