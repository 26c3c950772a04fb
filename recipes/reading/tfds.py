"""TensorFlow Datasets: a data set that is prepared in `TFDS_DATA_DIR`, or is downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from zoo import UsageError

Read = TypeVar("Read")


def read(name: str, reader: Callable[[Any], Read]) -> Read:
    """Returns what a reader makes of a data set's builder, which is prepared before.

    Args:
        name: The data set's name, such as "mnist" or "movielens/1m-ratings".
        reader: From the builder to whatever is wanted.

    Raises:
        UsageError: If it cannot be had, or not be read so.
    """
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name, data_dir=os.environ.get("TFDS_DATA_DIR"))  # as it is now, not as at import
        builder.download_and_prepare()
        return reader(builder)
    except UsageError:
        raise
    except Exception as error:  # whatever a download can raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UsageError(
            f"TensorFlow Datasets could not give {name!r} ({reason}): set TFDS_DATA_DIR to a folder where it is "
            "prepared, connect to the network, or give --data a path."
        ) from error
