"""Training: fast input, checkpoints from which a killed run goes on exactly, early stopping, and its callbacks."""

from recipes.training.checkpoint import CHECKPOINT, Checkpoint, finish, unfinished
from recipes.training.fitting import fit
from recipes.training.progress import Progress

__all__ = ["CHECKPOINT", "Checkpoint", "Progress", "finish", "fit", "unfinished"]
