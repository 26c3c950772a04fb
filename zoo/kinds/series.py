"""Windows of a series, such as the last minute of some sensors: real numbers, best with a variance of about 1."""

import keras

from zoo import checks
from zoo.kinds._kind import Kind


@keras.saving.register_keras_serializable("zoo")
class Series(Kind):
    """Windows of a series, with the mean squared error as the loss; time is the one axis along which order counts."""

    FORM = "places"
    DESCRIPTION = "windows of a series of real numbers, shape (steps, channels)"
    SHAPES = ((7, 2),)

    def axes(self, input_shape: tuple[int, ...]) -> int:
        """Returns 1: the steps are places, and what was measured at each is channels.

        Raises:
            UsageError: If a window has another shape.
        """
        hint = "Write (steps, 1) for one channel."
        checks.check(len(input_shape) == 2, "input_shape", "(steps, channels)", input_shape, hint)
        return 1

    def makers(self, input_shape: tuple[int, ...]) -> list[keras.Layer]:
        """Returns the layers from a decoder's last numbers to a window, after a look at its shape."""
        self.axes(input_shape)
        return super().makers(input_shape)
