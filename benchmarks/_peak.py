"""What the machine can do at most: a product of two square float32 matrices, in GFLOP/s, best of ten."""

import json
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

SIDE = 2048


def gflops(product: Callable[[], object]) -> float:
    """Returns the speed of the fastest of ten products, the first not counted."""
    seconds = []
    for _ in range(11):
        began = time.perf_counter()
        product()
        seconds.append(time.perf_counter() - began)
    return 2 * SIDE**3 / min(seconds[1:]) / 1e9


if __name__ == "__main__":
    a, b = np.random.default_rng(0).standard_normal((2, SIDE, SIDE), "float32")
    x, y = tf.constant(a), tf.constant(b)
    print(json.dumps({"tensorflow": gflops(lambda: tf.matmul(x, y).numpy()), "numpy": gflops(lambda: a @ b)}))
