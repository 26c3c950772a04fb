"""Where a training runs: on one device, on all of a machine's, or on several machines; and who of these writes.

Each worker runs the whole recipe on the same data. Only the training is shared: after it each has the same model, on
one device of its own, and all but the chief go on where nobody looks.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zoo import UsageError, quiet

if TYPE_CHECKING:
    import tensorflow as tf

    from recipes.running.options import Options

Config = TypeVar("Config", bound="Options")
VARIABLE = "TF_CONFIG"
GONE = "Another worker is gone"
EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'


@functools.cache
def start(name: str | None) -> tf.distribute.Strategy | None:
    """Returns the strategy of a name, the same one each time; waits for the other workers, if there are such.

    Must be called before TensorFlow has done anything, where there are several workers.

    Raises:
        UsageError: If TF_CONFIG does not say who the workers are, or TensorFlow has been at work already.
    """
    if name is None:
        return None
    if name == "multi_worker":
        task()  # says what is wrong with it
    with quiet.without_notes():
        import tensorflow as tf

    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    try:
        with quiet.without_notes():
            return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError:  # once TensorFlow has made its devices
        raise UsageError(
            "--strategy multi_worker must come first in a process. Received: one that has used TensorFlow before. "
            "Start each worker as a process of its own, such as by python -m."
        ) from None


def scope(name: str | None) -> Any:
    """Returns what models are built in, to be trained by a strategy."""
    found = start(name)
    return found.scope() if found else contextlib.nullcontext()


@contextlib.contextmanager
def placed(config: Config) -> Iterator[Config]:
    """Yields the options as this process has to have them: one that is not the chief writes and says nothing."""
    if config.strategy != "multi_worker":
        yield config
        return
    with _together():
        if is_chief(*task()):
            yield config
            return
        with tempfile.TemporaryDirectory(prefix="worker-") as folder, contextlib.redirect_stdout(io.StringIO()):
            yield dataclasses.replace(config, out=Path(folder) / "export")


@contextlib.contextmanager
def _together() -> Iterator[None]:
    """Says in a sentence that another worker is gone, in the place of TensorFlow's error.

    Raises:
        UsageError: If it is.
    """
    from tensorflow import errors

    gone = (errors.UnavailableError, errors.AbortedError, errors.CancelledError, errors.DeadlineExceededError)
    try:
        yield
    except gone as error:
        said = str(error.message).partition("\n")[0]
        raise UsageError(
            f"{GONE}, or cannot be reached ({said:.300}). What the chief has saved is kept: start all "
            "workers again with --resume, the same number or another one."
        ) from None


def task() -> tuple[dict[str, list[str]], str, int]:
    """Returns the workers' addresses by their kind, and this one's kind and number, as TF_CONFIG has them.

    Raises:
        UsageError: If it is not there, or cannot be understood.
    """
    given = os.environ.get(VARIABLE)
    try:
        found = json.loads(given or "")
        cluster = {str(kind): [str(address) for address in found["cluster"][kind]] for kind in found["cluster"]}
        kind, index = str(found["task"]["type"]), int(found["task"]["index"])
        cluster[kind][index]
        if set(cluster) - {"chief", "worker"} or index < 0:
            raise LookupError
    except (ValueError, LookupError, TypeError):
        raise UsageError(
            f"--strategy multi_worker needs {VARIABLE} to say who the workers are and which of them this is. Received: "
            f"{given or 'nothing'}. Set it on each, such as to {EXAMPLE}; or start them by python -m recipes.cluster."
        ) from None
    return cluster, kind, index


def is_chief(cluster: dict[str, list[str]], kind: str, index: int) -> bool:
    """Says whether a worker is the one that writes: the chief, or the first where none is called so."""
    return index == 0 and (kind == "chief" or "chief" not in cluster)
