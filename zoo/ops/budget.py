"""How much memory weights and samples may take, looked at before they are made."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf

from zoo import checks
from zoo.checks import UsageError

SHARE = 4  # a weight has a gradient and, of Adam's, two averages beside it while it trains
USUAL = 16 * 2**30  # bytes of memory, where the system does not say


def limit() -> int:
    """Returns how many bytes weights may take: a share of this machine's memory."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not on Windows
        memory = USUAL
    return memory // SHARE


def check_count(name: str, n: Any, shape: Sequence[int]) -> None:
    """Checks for a number of samples of a shape that memory has room for.

    Raises:
        UsageError: If it is none.
    """
    checks.positive_integer(name, n)
    most = max(1, limit() // (4 * math.prod(shape)))
    checks.check(n <= most, name, f"at most {most:,}, which fill a quarter of this machine's memory", n)


@contextlib.contextmanager
def of_weights(advice: str) -> Iterator[None]:
    """Refuses the variable, of all that are made in the block, with which they would take more than the limit.

    Args:
        advice: What to do then.

    Raises:
        UsageError: If they would.
    """
    most = limit()

    def refusal(taken: int) -> UsageError:
        return UsageError(
            f"Weights must take at most {most / 2**30:.1f} GB, a quarter of this machine's memory, since three "
            f"numbers more are kept for each in training. Received: {taken / 2**30:.1f} GB or more. {advice}"
        )

    with at_most(most, refusal):
        yield


@contextlib.contextmanager
def at_most(most: int, refusal: Callable[[int], Exception]) -> Iterator[None]:
    """Refuses the variable, of all that are made in the block, with which they would take more bytes than a limit.

    Args:
        most: The limit.
        refusal: Returns what is raised then, given the bytes that they would take.
    """
    taken = 0

    def create(next_creator: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
        nonlocal taken
        taken += _bytes(**arguments)
        if taken > most:
            raise refusal(taken)
        return next_creator(**arguments)

    with tf.variable_creator_scope(create):
        yield


def _bytes(initial_value: Any, dtype: Any = None, **_: Any) -> int:
    """Returns what a variable takes; its first value is only outlined, in a graph that nobody runs."""
    with tf.Graph().as_default():
        value = initial_value() if callable(initial_value) else initial_value
    return tf.TensorShape(value.shape).num_elements() * tf.as_dtype(dtype or value.dtype).size
