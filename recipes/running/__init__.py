"""What every recipe shares: its options, its command line, its answers to errors, and the folder it works in."""

from recipes.running.command_line import main, parse, value_of
from recipes.running.entries import Entry
from recipes.running.folders import workspace
from recipes.running.options import (
    EXPORTED,
    Options,
    batch_size,
    build,
    command,
    fitting,
    hyperparameters,
    kind_of,
    named,
    option,
)
from recipes.running.ownership import owned
from recipes.running.stopping import status_of, stoppable

__all__ = [
    "EXPORTED",
    "Entry",
    "Options",
    "batch_size",
    "build",
    "command",
    "fitting",
    "hyperparameters",
    "kind_of",
    "main",
    "named",
    "option",
    "owned",
    "parse",
    "status_of",
    "stoppable",
    "value_of",
    "workspace",
]
