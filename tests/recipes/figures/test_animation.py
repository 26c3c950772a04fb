"""A film's frames come back as they went in, as near as 64 shades allow."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from recipes.figures import animation


@pytest.mark.parametrize("shape", [(5, 8, 6), (5, 8, 6, 3)])
def test_frames_are_kept_in_order_and_repeat(shape, tmp_path):
    frames = np.broadcast_to(np.linspace(0, 1, 5).reshape(-1, *[1] * (len(shape) - 1)), shape)
    animation.Film(frames).save(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.n_frames, film.size) == (5, (24, 32))
        assert (film.info["loop"], film.info["duration"]) == (0, 60)
        shades = [np.asarray(frame.convert("L")).mean() for frame in ImageSequence.Iterator(film)]
    np.testing.assert_allclose(shades, [0, 63.75, 127.5, 191.25, 255], atol=3)
