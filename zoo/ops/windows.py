"""Windows of a series, made in the graph, and what they say of each of its steps."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from zoo.ops import looping

WINDOWS = 256  # that are in memory at a time, however long the series is


def mean_by_step(series: tf.Tensor, window: int, stride: int, values: Callable[[tf.Tensor], tf.Tensor]) -> tf.Tensor:
    """Returns, for each step and channel, the mean over the windows that hold the step.

    A window begins every `stride` steps, and one more ends where the series does, so that each step is in one. A
    series that is shorter than a window is continued by its last step.

    Args:
        series: Shape `(steps, channels)`.
        window: Steps of a window.
        stride: Steps from a window to the next, from 1 to `window`.
        values: From windows, shape `(n, window, channels)`, to a number for each element, of the same shape.

    Returns:
        Shape `(steps, channels)`.
    """
    steps, channels = tf.shape(series)[0], series.shape[1]
    whole = tf.maximum(steps, window)
    count = (whole - window) // stride + 1
    block = tf.minimum(count, WINDOWS)
    blocks = (count + block - 1) // block
    reach, overlap = block * stride, window - stride  # a block ends for `reach` steps; the others wait for the next
    rows = _continued(series, blocks * reach + overlap + stride)

    def add(i: tf.Tensor, waiting: tf.Tensor, ended: Any) -> tuple[tf.Tensor, tf.Tensor, Any]:
        windows = tf.signal.frame(rows[i * reach : (i + 1) * reach + overlap], window, stride, axis=0)
        is_one = i * block + tf.range(block) < count  # the last block may have fewer
        found = tf.where(is_one[:, None, None], values(windows), 0.0)
        sums = tf.transpose(tf.signal.overlap_and_add(tf.transpose(found, (2, 0, 1)), stride))
        sums += tf.pad(waiting, [[0, reach], [0, 0]])
        return i + 1, tf.reshape(sums[reach:], (overlap, channels)), looping.write(ended, i, sums[:reach])

    ended = looping.room(blocks, (reach, channels))
    _, waiting, ended = tf.while_loop(lambda i, *_: i < blocks, add, (0, tf.zeros((overlap, channels)), ended))
    # As long as one another: ONNX has nothing that joins others.
    of_blocks = tf.reshape(looping.stack(ended), (-1, channels))
    sums = tf.concat([of_blocks, waiting, tf.zeros((stride, channels))], axis=0)[:whole]

    begin = whole - window  # of the window that ends where the series does
    is_another = begin % stride > 0
    last = tf.where(is_another, values(rows[None, begin:whole])[0], 0.0)
    sums += tf.pad(last, [[begin, 0], [0, 0]])
    return (sums / _holding(whole, window, stride, count, is_another)[:, None])[:steps]


def _continued(series: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Returns a series continued by its last step up to a length; by zeros if it has no step."""
    steps = tf.shape(series)[0]
    some = tf.pad(series, [[0, tf.maximum(1 - steps, 0)], [0, 0]])
    return tf.gather(some, tf.minimum(tf.range(length), tf.maximum(steps, 1) - 1))


def _holding(whole: tf.Tensor, window: int, stride: int, count: tf.Tensor, is_another: tf.Tensor) -> tf.Tensor:
    """Returns how many windows hold each step, shape `(whole,)`, float32."""
    step = tf.range(whole)
    first = (tf.maximum(step - window + 1, 0) + stride - 1) // stride
    last = tf.minimum(step // stride, count - 1)
    return tf.cast(last - first + 1, tf.float32) + tf.cast(is_another & (step >= whole - window), tf.float32)
