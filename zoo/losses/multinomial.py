"""How surprising the words of a text are, in nats a word, whatever the text's length."""

from typing import Any

import keras
import tensorflow as tf

LEAST = 1e-30  # of a chance whose logit is not to be seen


@keras.saving.register_keras_serializable("zoo")
class Multinomial(keras.losses.Loss):
    """-sum_i x_i log p_i / sum_i x_i for counts x and chances p.

    From the logits behind a softmax where a graph shows them. A text without words costs nothing.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns shape `(batch,)` for counts and chances of shape `(batch, vocabulary)`."""
        symbolic = isinstance(y_pred, tf.Tensor) and not tf.executing_eagerly()
        if symbolic and y_pred.op.type == "Softmax":
            logs = tf.nn.log_softmax(y_pred.op.inputs[0])
        else:
            logs = tf.math.log(tf.maximum(y_pred, LEAST))
        counts = tf.cast(y_true, logs.dtype)
        return tf.math.divide_no_nan(-tf.reduce_sum(counts * logs, axis=-1), tf.reduce_sum(counts, axis=-1))
