"""Random patches of pictures of mixed sizes, cut, flipped and turned in the graph, known from (seed, epoch)."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from zoo import UsageError
from zoo.checks import positive_integer

FAR = 1 << 32  # sets the seeds of two draws apart


def middles(pictures: Sequence[np.ndarray], side: int) -> np.ndarray:
    """Returns the middles of pictures, shape `(n, side, side, channels)`; no side of a picture may be below `side`."""
    corners = [[(length - side) // 2 for length in picture.shape[:2]] for picture in pictures]
    cut = [x[top : top + side, left : left + side] for x, (top, left) in zip(pictures, corners, strict=True)]
    return np.stack(cut)


def patches(
    pictures: Sequence[np.ndarray],
    size: int,
    batch_size: int,
    steps: int,
    seed: int,
    epoch: tf.Variable,
    inputs: Sequence[np.ndarray] | None = None,
    upright: bool = False,
    margin: int = 0,
) -> tf.data.Dataset:
    """Cuts an epoch of batches; every picture gives equally many patches, within one, however large it is.

    All pictures lie behind one another in one constant. A patch is a gather by pixels' places in it, so that a flip
    or a quarter turn is another order of the same places and costs nothing.

    Args:
        pictures: Each of the shape `(height, width, channels)`, uint8, and no side below `size`.
        size: A patch's side in pixels.
        batch_size: Patches a batch.
        steps: Batches an epoch.
        seed: With the epoch, gives every draw.
        epoch: The epoch that comes next, an int64 scalar.
        inputs: Partners of the pictures, of their shapes, cut at the same places.
        upright: Whether patches are flipped alone, and what runs up and down in a picture does so in them.
        margin: So many pixels beyond the edges patches are drawn too, and then moved to the edge: without, what lies
            at an edge is in few of them.

    Returns:
        `steps` batches of the shape `(batch_size, size, size, channels)`, uint8; pairs (inputs, pictures) with inputs.

    Raises:
        UsageError: If a picture is smaller than a patch.
    """
    for name, value in (("size", size), ("batch_size", batch_size), ("steps", steps)):
        positive_integer(name, value)
    smallest = min(min(picture.shape[:2]) for picture in pictures)
    if smallest < size:
        raise UsageError(f"Patches of {size} x {size} need pictures of at least that. Received: a side of {smallest}.")
    count = len(pictures)
    with tf.device("CPU"):  # where input pipelines run
        pixels = [_flat(kind) for kind in ([pictures] if inputs is None else [inputs, pictures])]
        heights, widths = (tf.constant([picture.shape[axis] for picture in pictures], tf.int64) for axis in (0, 1))
        begins = tf.math.cumsum(heights * widths, exclusive=True)

    def one_epoch(_: tf.Tensor) -> tf.data.Dataset:
        seeds = tf.stack([tf.constant(seed, tf.int64), epoch])
        # The turns go around the pictures; where they begin, and who is who, changes from epoch to epoch.
        who = tf.random.experimental.stateless_shuffle(tf.range(count, dtype=tf.int64), seeds)
        turns = tf.range(steps * batch_size, dtype=tf.int64) % count
        order = tf.gather(who, tf.random.experimental.stateless_shuffle(turns, seeds + FAR))

        def batch(step: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, ...]:
            which = order[step * batch_size : (step + 1) * batch_size]
            places = _places(which, tf.stack([seed * steps + step, epoch]))
            shape = [batch_size, size, size, pixels[0].shape[1]]
            cut = tuple(tf.reshape(tf.gather(flat, places), shape) for flat in pixels)
            return cut[0] if inputs is None else cut

        return tf.data.Dataset.range(steps).map(batch, num_parallel_calls=tf.data.AUTOTUNE)

    def _places(which: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        """Draws each patch's corner and one of eight turns; returns its pixels' places, `(batch, size, size)`."""
        height, width = tf.gather(heights, which), tf.gather(widths, which)
        drawn = tf.random.stateless_uniform([5, batch_size], seeds, 0, np.iinfo("int64").max, tf.int64)
        top, left = (_along(drawn[axis], length - size) for axis, length in ((0, height), (1, width)))
        upside_down, mirrored, across = (drawn[i][:, None, None] % 2 == 0 for i in (2, 3, 4))
        row = tf.range(size, dtype=tf.int64)[None, :, None]
        column = tf.reshape(row, [1, 1, size])
        row = tf.where(upside_down, size - 1 - row, row)
        column = tf.where(mirrored, size - 1 - column, column)
        across = across & (not upright)
        down, right = tf.where(across, column, row), tf.where(across, row, column)
        corner = tf.gather(begins, which) + top * width + left
        return corner[:, None, None] + down * width[:, None, None] + right

    def _along(drawn: tf.Tensor, most: tf.Tensor) -> tf.Tensor:
        """Returns where patches begin along an axis, from 0 to `most`."""
        return tf.clip_by_value(drawn % (most + 2 * margin + 1) - margin, 0, most)

    batches = tf.data.Dataset.range(1).flat_map(one_epoch)
    return batches.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)


def _flat(pictures: Sequence[np.ndarray]) -> tf.Tensor:
    """Returns all pixels of all pictures, shape `(pixels, channels)`."""
    return tf.constant(np.concatenate([picture.reshape(-1, picture.shape[-1]) for picture in pictures]))
