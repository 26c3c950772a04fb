"""A learning rate that rises over the first steps."""

import keras


class WarmUp(keras.callbacks.Callback):
    """Raises the learning rate in a straight line over the first steps of the first epoch.

    Adam's first steps have their full length in every weight at once; deep networks do not survive that at a high rate.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.full = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Is at work in the first epoch only."""
        self.active = epoch == 0

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Sets the rate for the steps up to the next return to Python."""
        if self.active:
            rate = self.model.optimizer.learning_rate
            self.full = rate_of(self.model) if batch == 0 else self.full
            rate.assign(self.full * min(1.0, (batch + 1) / self.steps))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Leaves the full rate behind, before the checkpoint is written."""
        if self.active:
            self.model.optimizer.learning_rate.assign(self.full)


def rate_of(model: keras.Model) -> float:
    """Returns a model's learning rate, be it one variable or a copy on each device, of which `float` takes none."""
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
