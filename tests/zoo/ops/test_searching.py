"""Places among sorted numbers: against NumPy's."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.ops.searching import places

NUMBERS = st.lists(st.integers(-9, 9) | st.integers(-(2**62), 2**62), min_size=1, max_size=20)


@settings(max_examples=30, deadline=None)
@given(NUMBERS, NUMBERS)
def test_places_are_those_of_searchsorted(known, asked):
    known = np.sort(np.array(known, "int64"))
    found = places(tf.constant(known), tf.constant(asked, tf.int64)).numpy()
    np.testing.assert_array_equal(found, np.searchsorted(known, asked))
