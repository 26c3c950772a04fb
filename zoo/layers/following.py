"""What every layer has whose weights follow the data that pass in training, and no gradient."""

import keras


class Following(keras.layers.Layer):
    """A layer with weights that move without gradients: a running mean, a counter of steps, a codebook.

    Frozen, by `trainable = False` of itself or of a model that holds it, it does in training what it does at inference,
    as Keras's batch normalization does, and none of them moves.
    """

    def follows(self, training: bool) -> bool:
        """Says whether the layer's weights are to move, in a step of training or not."""
        return bool(training) and self.trainable
