"""Training: fast input, checkpoints from which a killed run goes on exactly, early stopping, and its callbacks."""

from recipes.training.checkpoint import Checkpoint
from recipes.training.fitting import fit
from recipes.training.progress import Progress
from recipes.training.store import CHECKPOINT, clear, finish, kept, unfinished

__all__ = ["CHECKPOINT", "Checkpoint", "Progress", "clear", "finish", "fit", "kept", "unfinished"]
