"""What replicas of a model share, each of which sees a part of a batch; without replicas nothing changes.

Who takes a step on a whole batch by several replicas says here which rows each of them has: then the loss, its gradient
and whatever is drawn are those of one device that has all rows, also where the parts are not equally large.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import tensorflow as tf


class Part(NamedTuple):
    """The rows of a batch that a replica has; integers, which a graph may compute.

    Attributes:
        start: The first of them.
        rows: How many there are; at least one.
        total: How many the batch has.
    """

    start: Any
    rows: Any
    total: Any

    def of(self, values: Any) -> Any:
        """Returns the replica's rows of a tensor that has those of the batch, dense or sparse; None stays None."""
        if values is None:
            return None
        if isinstance(values, tf.SparseTensor):
            shape = tf.cast(values.dense_shape, tf.int64)
            begin = tf.concat([[tf.cast(self.start, tf.int64)], tf.zeros_like(shape[1:])], axis=0)
            size = tf.concat([[tf.cast(self.rows, tf.int64)], shape[1:]], axis=0)
            return tf.sparse.slice(values, begin, size)
        return values[self.start : self.start + self.rows]


# The part that is seen; False where each replica has the whole batch, and computes as if it were alone.
_part: ContextVar[Part | bool | None] = ContextVar("part", default=None)


def parts(replica: Any, replicas: int, total: Any) -> Part:
    """Returns a replica's part of so many rows: as equal as can be, in order."""
    start = total * replica // replicas
    return Part(start, total * (replica + 1) // replicas - start, total)


@contextmanager
def seeing(part: Part | None) -> Iterator[None]:
    """Says for a while which rows of a batch the replica sees; None if all replicas see all of them."""
    token = _part.set(part or False)
    try:
        yield
    finally:
        _part.reset(token)


def part() -> Part | None:
    """Returns which rows of a batch the replica sees; None where there is one alone, or none has said it."""
    found = _part.get()
    return found if isinstance(found, Part) else None


def context() -> Any:
    """Returns the context of a replica among several; None where there is one alone."""
    found = tf.distribute.get_replica_context()
    if found is None or found.num_replicas_in_sync == 1 or _part.get() is False:
        return None
    return found


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


def by_rows(loss: tf.Tensor) -> tf.Tensor:
    """Returns a replica's loss, with a gradient that counts as much as the replica has rows of the batch.

    A loss is a mean over samples, or the same for all replicas: means of unequal parts weigh by their rows, and all
    replicas' weights have the mean 1.
    """
    mine = part()
    if mine is None:
        return loss
    count = tf.distribute.get_strategy().num_replicas_in_sync
    weighed = loss * tf.cast(count * mine.rows / mine.total, loss.dtype)
    return weighed + tf.stop_gradient(loss - weighed)


def of_sum(change: Callable[[list[Any]], list[Any]], gradients: list[Any]) -> list[Any]:
    """Changes the sum of all replicas' gradients; returns each replica's share of that, which add up to it again.

    Args:
        change: From gradients to as many of the same shapes.
        gradients: A replica's; None where there is none, on all replicas alike.
    """
    here = tf.distribute.get_replica_context()
    if here is None or here.num_replicas_in_sync == 1:
        return gradients
    there = [gradient is not None for gradient in gradients]
    found = iter(here.all_reduce(tf.distribute.ReduceOp.SUM, [g for g in gradients if g is not None]))
    changed = change([next(found) if is_there else None for is_there in there])
    return [None if gradient is None else share(gradient) for gradient in changed]


def place(size: Any) -> tuple[Any, Any]:
    """Returns where so many numbers of this replica begin among those of all replicas, and how many these have."""
    here = context()
    if here is None:
        return 0, size
    me, count = here.replica_id_in_sync_group, here.num_replicas_in_sync
    (each,) = summed(tf.one_hot(me, count, dtype=tf.float64) * tf.cast(size, tf.float64))
    sizes = tf.cast(each, tf.int32)
    return tf.reduce_sum(tf.where(tf.range(count) < me, sizes, 0)), tf.reduce_sum(sizes)
