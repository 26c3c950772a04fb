"""All layers' codes are probed side by side."""

import numpy as np

import zoo
from recipes.abilities import layers
from recipes.data.splits import Part, Splits


class TwoLayers:
    """Its first layer holds the low bit of the class, its second the high one: only together do they tell it."""

    def layer_codes(self, x):
        bits = x[:, 0].astype(int)
        return [np.stack([bits % 2, np.zeros_like(bits)], 1), (bits // 2)[:, None]]


def splits() -> Splits:
    def part(count: int) -> Part:
        y = np.arange(count) % 4
        return Part(y[:, None].astype("float32"), y)

    return Splits(
        part(400), part(40), part(40), "bits", "made here", "400, 40, 40", "none", labels=("0", "1", "2", "3")
    )


def test_models_that_give_all_layers_codes_are_able():
    assert layers.able(zoo.build("stacked", (4, 4)))
    assert not layers.able(zoo.build("vanilla", (4, 4)))


def test_the_layers_are_read_together():
    parts = splits()
    codes = {part: getattr(parts, part).x for part in ("train", "validation", "test")}
    report = layers.measure(TwoLayers(), parts, codes)
    assert report.test == report.validation == {"layers_probe_error": 0}
    assert set(report.test) == set(layers.MEASURES)
    assert layers.draw(TwoLayers(), parts, codes) == {}
