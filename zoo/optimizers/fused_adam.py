"""Adam whose update is one fused kernel a variable.

On a CPU, Keras's Adam makes a dozen passes over memory for each variable, which costs more than the matrix products
of a small dense autoencoder. TensorFlow's fused kernel makes one pass, with the same arithmetic.
"""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("zoo")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, with `tf.raw_ops.ResourceApplyAdam` wherever that computes the same.

    Paper: Kingma and Ba 2015, Adam: a method for stochastic optimization.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable; falls back on Keras's operations for replicas, sparse gradients and AMSGrad."""
        if (
            self.amsgrad
            or not isinstance(gradient, tf.Tensor)
            or tf.distribute.has_strategy()
            or variable.dtype != "float32"
        ):
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
