"""The data of the benchmark of streaming are what it says they are."""

import numpy as np
import pandas as pd
from PIL import Image

from benchmarks import streaming


def test_the_table_lies_near_a_surface_of_three_dimensions(tmp_path):
    streaming.write_table(tmp_path / "table", 3000, 3)
    files = sorted((tmp_path / "table").iterdir())
    x = pd.concat(map(pd.read_parquet, files)).to_numpy()
    assert (len(files), x.shape, x.dtype) == (3, (3000, 8), np.float32)
    spread = np.linalg.svd(x - x.mean(axis=0), compute_uv=False) ** 2
    assert spread[:3].sum() / spread.sum() > 0.95


def test_no_two_pictures_are_alike(tmp_path):
    streaming.write_pictures(tmp_path / "pictures", 5)
    pictures = [np.asarray(Image.open(file)) for file in (tmp_path / "pictures").iterdir()]
    assert {picture.shape for picture in pictures} == {(64, 64, 3)}
    assert len({picture.tobytes() for picture in pictures}) == 5
