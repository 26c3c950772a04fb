"""A model built from a configuration that nobody vouches for: what it is and what it would take are looked at first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from zoo.autoencoder import Autoencoder
from zoo.checks import UsageError
from zoo.ops import budget

TIMES = 4  # weights and an optimizer's memory of them take so many times what is stored, at most
SMALL = 64_000_000  # bytes, which any model may take


def check(config: Any) -> None:
    """Checks that a configuration is an autoencoder's.

    Raises:
        UsageError: If it is none's.
    """
    name = config.get("registered_name") if isinstance(config, dict) else None
    found = keras.saving.get_registered_object(name) if isinstance(name, str) else None
    if not (isinstance(found, type) and issubclass(found, Autoencoder)):
        raise UsageError(f"The configuration is no autoencoder's. Received: {str(name)[:100]!r}. Export it again.")


@contextmanager
def within(stored: int) -> Iterator[None]:
    """Stops what is built in the block before its variables take more than a model of `stored` bytes has.

    Raises:
        ValueError: If they would.
    """
    most = TIMES * stored + SMALL
    with budget.at_most(most, lambda _: ValueError(f"its variables take over {most:,} bytes")):
        yield
