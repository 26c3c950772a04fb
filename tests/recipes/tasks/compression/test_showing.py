"""Pictures side by side have as many bytes."""

from types import SimpleNamespace

import numpy as np
import pytest

from recipes.baselines import codecs
from recipes.tasks.compression import showing

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype("uint8")
BYTES = 50  # 0.25 bits for each of 40 * 40 pixels


@pytest.mark.parametrize(("taken", "granted"), [(20, BYTES), (BYTES, BYTES), (1500, 1500)])
def test_formats_may_take_as_many_bytes_as_the_model(taken, granted, monkeypatch):
    """A model whose lowest quality takes more than that rate is compared there."""
    asked = {}
    monkeypatch.setattr(codecs, "at_size", lambda x, kind, size: (asked.setdefault(kind, size), x))
    compressor = SimpleNamespace(name="ours", at_size=lambda x, size: (taken, x) if size == BYTES else None)
    (row,) = showing.crops(compressor, SimpleNamespace(pictures=[PICTURE]))
    assert asked == dict.fromkeys(codecs.OPTIONS, granted)
    assert [panel.numbers.partition(" ")[0] for panel in row[-2:]] == [f"{taken:,}", ""]
    assert [panel.caption for panel in row] == [*codecs.NAMES.values(), "ours", "truth"]
