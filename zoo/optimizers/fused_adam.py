"""Adam whose update is one fused kernel a variable, after all gradients are known.

On a CPU, Keras's Adam makes a dozen passes over memory for each variable, which costs more than the matrix products
of a small dense autoencoder. TensorFlow's fused kernel makes one pass, with the same arithmetic.

An update in place must not overtake a part of the backward pass that still reads the old weights. TensorFlow orders
each update after the reads of its variable, but its graph optimizer loses that where it seems implied: Keras sends all
gradients through one `IdentityN`, the orders that follow from it are dropped, and then the `IdentityN` is taken apart.
So the updates wait for the gradients by control dependencies, which stay.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from zoo.ops import keras_internals, replicas


@keras.saving.register_keras_serializable("zoo")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, with `tf.raw_ops.ResourceApplyAdam` wherever that computes the same.

    Paper: Kingma and Ba 2015, Adam: a method for stochastic optimization.
    """

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Updates the variables, the first of them after the last gradient is known."""
        if trainable_variables is not None and not self.built:
            self.build(list(trainable_variables))  # here, since the moments' beginning waits for nothing
        if self.clipnorm or self.global_clipnorm or self.clipvalue:
            # Keras would clip each replica's part of a gradient before it adds the parts up.
            grads = replicas.of_sum(lambda whole: keras_internals.clipped(self, whole), list(grads))
        with tf.control_dependencies([gradient for gradient in grads if gradient is not None]):
            super().apply(grads, trainable_variables)

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Puts the averages into the places of the variables, if it keeps such; frozen ones stay as they are."""
        if self.use_ema:
            for variable, average in keras_internals.averages(self):
                if variable.trainable:
                    variable.assign(average)

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
        momentum, velocity = keras_internals.moments(self, variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=momentum.value.handle,
            v=velocity.value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
