"""Models and methods of theirs at inference, each as one compiled function: several times as fast as layer by layer."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def compiled(part: Callable[..., tf.Tensor], shape: tuple[int | None, ...]) -> Callable[[Any], tf.Tensor]:
    """Returns `part` as a function of any number of samples, compiled once and kept with its owner.

    Weights are read when it is called, so that later changes count.

    Args:
        part: A model, or a bound method of one; takes samples, and `training`.
        shape: The shape of a sample, None where a size is free.
    """
    owner = getattr(part, "__self__", part)
    # Not as an attribute: Keras's would be tracked, and TensorFlow would put a function into every export.
    kept = vars(owner).setdefault(f"_compiled_{getattr(part, '__name__', '')}", {})
    if shape not in kept:
        signature = [tf.TensorSpec((None, *shape), tf.float32)]
        function = tf.function(lambda x: part(x, training=False), input_signature=signature, autograph=False)
        # The graph itself: TensorFlow warns of a function that it has traced as often as called, as each is of the
        # models that somebody makes in a loop.
        graph = function.get_concrete_function()
        kept[shape] = lambda x: graph(tf.convert_to_tensor(x, tf.float32))
    return kept[shape]
