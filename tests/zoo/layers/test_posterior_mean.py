"""The mean is the first half; the rest is not seen."""

import numpy as np

from zoo.layers.posterior_mean import PosteriorMean


def test_it_takes_the_first_half_of_the_last_axis():
    statistics = np.arange(12.0, dtype="float32").reshape(2, 6)
    np.testing.assert_array_equal(PosteriorMean()(statistics), statistics[:, :3])
    assert PosteriorMean().compute_output_shape((None, 6)) == (None, 3)
