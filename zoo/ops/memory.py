"""Arrays as tensors, without a second copy in memory."""

import keras
import numpy as np
import tensorflow as tf

ALIGNMENT = 64  # bytes, of every tensor's first number
LARGE = 2**20  # bytes from which on a copy counts


def aligned(values: np.ndarray) -> np.ndarray:
    """Returns the array itself where a tensor can share its memory, and a copy of it that one can share elsewhere."""
    if values.flags.c_contiguous and values.flags.writeable and values.ctypes.data % ALIGNMENT == 0:
        return values
    room = np.empty(values.nbytes + ALIGNMENT, "uint8")
    start = -room.ctypes.data % ALIGNMENT
    copy = room[start : start + values.nbytes].view(values.dtype).reshape(values.shape)
    copy[...] = values
    return copy


def tensor(values: np.ndarray | tf.Tensor) -> tf.Tensor:
    """Returns numbers as a tensor, fractions in Keras's float type.

    A large array is shared if it is `aligned`, and copied once if not; `tf.constant` fills two copies on the way.
    """
    if isinstance(values, tf.Tensor):
        return values
    if values.dtype.kind == "f":
        values = values.astype(keras.config.floatx(), copy=False)
    if values.nbytes < LARGE or values.dtype not in (np.float32, np.uint8):
        return tf.constant(values)
    return tf.experimental.dlpack.from_dlpack(aligned(values).__dlpack__())
