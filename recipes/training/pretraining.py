"""All that moves in a pretraining, saved after each epoch of each layer and put back when a killed run goes on."""

import time
from typing import Any

from recipes.training.checkpoint import check_finite
from recipes.training.store import Store
from zoo.autoencoder import Autoencoder
from zoo.families.pretraining import Keeper


class Pretraining(Keeper):
    """Saves the model, and what moves in the layer that is trained, after each epoch; restores both.

    Args:
        store: Where; a pretraining that lies there is gone on with.
        model: The model, whose weights are put back at once.
        epochs: Epochs a layer.
    """

    def __init__(self, store: Store, model: Autoencoder, epochs: int) -> None:
        super().__init__()
        self.store = store
        self.whole = model
        self.epochs = epochs
        notes = store.notes.get("pretraining", {})
        with store.guarded("is damaged"):
            self.seconds = float(notes.get("seconds", 0.0))
            self.kept, self.done = int(notes.get("layer", -1)), int(notes.get("epoch", 0))
        if notes:
            store.put_back("variable", model.variables)
        self._began = time.perf_counter()

    def begin(self, layer: int, variables: list[Any]) -> int:
        """Puts back a layer's training, and returns how many of its epochs are done."""
        self.layer, self.moving = layer, variables
        if layer == self.kept:
            self.store.put_back("layer", variables)
            return self.done
        return self.epochs if layer < self.kept else 0

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Saves."""
        check_finite(logs, epoch, self.store.file.parent)
        now = time.perf_counter()
        self.seconds += now - self._began
        self._began = now
        groups = {
            "variable": (variable.numpy() for variable in self.whole.variables),
            "layer": (variable.numpy() for variable in self.moving),
        }
        done = self.layer * self.epochs + epoch + 1
        notes = {"layer": self.layer, "epoch": epoch + 1, "done": done, "seconds": self.seconds}
        self.store.write(groups, pretraining=notes)
