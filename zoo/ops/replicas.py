"""What replicas of a model share, each of which sees a part of a batch; without replicas nothing changes."""

from typing import Any

import tensorflow as tf


def context() -> Any:
    """Returns the context of a replica among several; None where there is one alone."""
    found = tf.distribute.get_replica_context()
    return found if found is not None and found.num_replicas_in_sync > 1 else None


def gathered(value: tf.Tensor) -> tf.Tensor:
    """Returns the rows of all replicas, one below the other."""
    here = context()
    return value if here is None else here.all_gather(value, axis=0)


def summed(*values: tf.Tensor) -> list[tf.Tensor]:
    """Returns each value's sum over all replicas; only floats can be summed."""
    here = context()
    return list(values) if here is None else here.all_reduce(tf.distribute.ReduceOp.SUM, list(values))


def share(loss: tf.Tensor) -> tf.Tensor:
    """Returns a replica's share of a loss: the optimizer adds replicas' gradients up."""
    return loss / tf.distribute.get_strategy().num_replicas_in_sync
