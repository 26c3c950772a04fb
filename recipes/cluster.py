"""Any recipe on a Ray cluster, or by several processes of this machine: each worker takes its part of every batch.

    python -m recipes.cluster mnist --model sparse --workers 2
    python -m recipes.cluster movielens --data data/ml-100k --model autorec --workers 8 --address auto
    python -m recipes.cluster mnist --model sparse --workers 3 --resume    # after Ctrl-C, a kill, or a worker's death

What is not an option of the cluster goes to the recipe as it is. The numbers are those of one device. On several
machines the project must be installed on each, and the folder in which this is started, --data and --out must be on a
disk that all share. Needs Ray: pip install 'autoencoder-zoo[ray]'.
"""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass

import tyro

from recipes.running import command_line
from recipes.tasks.cluster.worker import Job
from zoo import UsageError, checks
from zoo.files import followed


@dataclass(frozen=True)
class Cluster:
    """A cluster's options; all others are the recipe's."""

    recipe: tyro.conf.Positional[str]
    """The recipe's name, such as mnist; `python -m recipes.mnist --help` lists its options."""
    workers: int = 2
    """How many workers train."""
    address: str | None = None
    """The cluster's address: auto on one of its machines, or HOST:6379; on this machine alone if not given."""
    gpu: bool = False
    """Give each worker a GPU of its own; otherwise it has one processor, and sees no GPU."""


def run(cluster: Cluster, arguments: list[str]) -> None:
    """Runs a recipe by several workers; prints what their chief says.

    Args:
        cluster: The cluster's options.
        arguments: The recipe's, as words of a command line.

    Raises:
        UsageError: If an option is not what it should be, a worker is gone, or Ray is not there.
    """
    checks.positive_integer("workers", cluster.workers)
    job = Job(cluster.recipe, tuple(arguments), os.getcwd(), sys.stdout.isatty())
    entry, config = job.config()  # before anything is started
    try:
        from recipes.tasks.cluster import engine
    except ImportError as error:
        raise UsageError(f"A cluster needs Ray ({error}): pip install 'autoencoder-zoo[ray]'.") from None
    out = followed(config.folder(entry.recipe)).absolute()
    storage = out.with_name(f".ray-{out.name}")  # where the workers find it too, if they find --out
    try:
        engine.run(job, workers=cluster.workers, address=cluster.address, gpu=cluster.gpu, storage=storage)
    except OSError as error:
        raise UsageError(command_line.unreadable(error, entry.recipe, config)) from None


def command(cluster: Cluster, arguments: list[str]) -> str:
    """Returns the command line that goes on with a run."""
    own = [cluster.recipe, "--workers", str(cluster.workers)]
    own += ["--address", cluster.address] if cluster.address else []
    own += ["--gpu"] if cluster.gpu else []
    given = [word for word in arguments if word != "--resume"]
    return shlex.join(["python", "-m", "recipes.cluster", *own, *given, "--resume"])


def main() -> None:
    """Parses the command line and runs the recipe."""
    command_line.main_of_runner("cluster", Cluster, run, command)


if __name__ == "__main__":
    main()
