"""Starts workers by Ray Train, says what their chief says, and in a sentence why they ended before they should."""

from __future__ import annotations

import atexit
import contextlib
import functools
import io
import logging
import math
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import ray
from ray.exceptions import AuthenticationError
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.tensorflow import TensorflowTrainer
from ray.util.queue import Queue

from recipes import running
from recipes.tasks.cluster.ending import ended
from recipes.tasks.cluster.worker import Job, Met, work
from zoo import UsageError, files

# Before Ray is started: it would send home how it is used, show the chief's words in its own way, move workers, and let
# everybody else go first: on a busy machine workers had not begun after a quarter of an hour.
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",
    "RAY_worker_niceness": "0",
}
STORE = 100 << 20  # bytes of shared memory: nothing but words travels
LOOK = 0.2  # seconds
WAIT = 10.0  # seconds for a cluster to answer
PATIENCE = 10.0  # seconds without a worker, after which it is said what they wait for


def run(job: Job, *, workers: int, address: str | None, gpu: bool, storage: Path) -> None:
    """Runs a job by several workers, on this machine or on a cluster, until it has ended.

    Args:
        job: What each does.
        workers: How many.
        address: The cluster's; workers are processes of this machine if not given.
        gpu: Whether each has a GPU of its own.
        storage: A folder for Ray's own notes, on a disk that all machines share; it is gone afterwards.

    Raises:
        UsageError: If a worker is gone, if it says that something is not what it should be, or if the cluster is too
            small, or cannot be reached.
        Failed: If the recipe fails otherwise.
    """
    here = sys.stdout
    # Ray prints what it knows of dead workers, in paragraphs: `ended` says it in a sentence.
    with contextlib.redirect_stdout(io.StringIO()), _started(workers, address):
        _check_size(workers, gpu)
        voice = Queue(actor_options={"num_cpus": 0})
        storage.mkdir(parents=True, exist_ok=True)
        try:
            trainer = TensorflowTrainer(
                _of_one,
                train_loop_config={"job": job, "queue": voice},
                scaling_config=ScalingConfig(num_workers=workers, use_gpu=gpu),
                run_config=RunConfig(name="run", storage_path=str(storage), failure_config=FailureConfig(0)),
            )
            met, error = _heard(trainer, voice, here, functools.partial(_lacking, workers, gpu))
        finally:
            files.remove(storage)
    if error:
        raise ended(getattr(error, "worker_failures", {}), met, workers, error)


@contextlib.contextmanager
def _started(workers: int, address: str | None) -> Iterator[None]:
    """Connects with a cluster, or makes one of this machine's processors alone, until the block ends.

    Raises:
        UsageError: If it cannot be reached.
    """
    os.environ.update({name: value for name, value in SETTINGS.items() if name not in os.environ})
    quietly: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    local = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": STORE}
    try:
        _knock(address or "")
        ray.init(address=address or "local", **quietly, **({} if address else local))
    except (OSError, ValueError, OverflowError, RuntimeError, AuthenticationError) as error:
        said = str(error).strip().partition("\n")[0]
        raise UsageError(
            f"No Ray cluster answers at {address or 'this machine'} ({said:.300}): start one by `ray start --head`, "
            "and give --address auto there, or HOST:6379; if it is there and wants a token, set RAY_AUTH_MODE=token."
        ) from None
    with contextlib.ExitStack() as stack:
        stack.callback(ray.shutdown)
        try:
            yield
        except KeyboardInterrupt as interrupt:
            # The thread that waits for workers would end this process, with Ray's words and status, were Ray shut
            # down under it. So it is left: Ray's own processes end with this one.
            stack.pop_all()
            atexit.register(os._exit, running.status_of(interrupt))
            raise


def _knock(address: str) -> None:
    """Raises `OSError` if nobody listens at HOST:PORT, where Ray would knock for ten minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and "//" not in host:
        socket.create_connection((host.strip("[]"), int(port)), WAIT).close()


def _check_size(workers: int, gpu: bool) -> None:
    """Raises `UsageError` if the cluster has no place for so many workers: Ray would wait for more machines."""
    for name, has in _few(ray.cluster_resources(), workers, gpu).items():
        raise UsageError(f"{workers} workers need {workers} {name}s; the cluster has {has}. Ask for fewer --workers.")


def _lacking(workers: int, gpu: bool) -> str:
    """Returns a sentence on what workers wait for, where others have it; nothing where there is enough."""
    whole = ray.cluster_resources()
    free = _few(ray.available_resources(), workers, gpu)
    has = [f"{count} free {name}{'s' * (count != 1)} of {int(whole.get(name, 0))}" for name, count in free.items()]
    return f"Waits for {workers} places; the cluster has {' and '.join(has)}. Ctrl-C ends this." if has else ""


def _few(there: Mapping[str, float], workers: int, gpu: bool) -> dict[str, int]:
    """Returns how much there is of what is too little for so many workers, by name."""
    needed = ("CPU", "GPU") if gpu else ("CPU",)
    return {name: int(there.get(name, 0)) for name in needed if there.get(name, 0) < workers}


def _of_one(given: Mapping[str, Any]) -> None:
    work(given["job"], given["queue"])


def _heard(
    trainer: TensorflowTrainer, voice: Queue, here: TextIO, lacking: Callable[[], str]
) -> tuple[dict[int, Met], Exception | None]:
    """Runs the workers and prints what they say here; returns who they were, and what ended them.

    While none has begun, it is said once what they lack. Ray waits in a thread of its own: in the main one it would
    take Ctrl-C for itself, and end with status 0.
    """
    errors: list[Exception] = []

    def fit() -> None:
        try:
            trainer.fit()
        except Exception as error:
            errors.append(error)

    waiting = threading.Thread(target=fit, daemon=True)
    waiting.start()
    met: dict[int, Met] = {}
    patience = time.monotonic() + PATIENCE
    while True:
        over = not waiting.is_alive()
        try:
            said = voice.get(timeout=LOOK)
        except queue.Empty:
            if over:
                return met, errors[0] if errors else None
            if not met and time.monotonic() > patience and (sentence := lacking()):
                print(sentence, flush=True, file=here)
                patience = math.inf
            continue
        if isinstance(said, Met):
            met[said.number] = said
        else:
            print(said, end="", flush=True, file=here)
