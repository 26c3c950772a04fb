"""Every model on every kind of sample that it takes: built, trained, exported, loaded again, and used without Keras.

`make matrix` prints the table.
"""

import json

import keras
import numpy as np
import pytest

import zoo
from zoo import kinds, registry

PAIRS = [(name, kind) for name in zoo.list_models() for kind in zoo.describe(name).kinds]
RATINGS = [(name, kind) for name, kind in PAIRS if kind == "ratings"]  # the contract test has each model's first kind
CHUNKS = [RATINGS, *(pytest.param(PAIRS[i::4], marks=pytest.mark.slow) for i in range(4))]

LOAD = """
import json, sys
from pathlib import Path
import numpy as np
import zoo

found = {}
for folder in map(Path, sys.argv[1:]):
    kept = np.load(folder / "kept.npz")
    model = zoo.load(folder)
    found[folder.name] = float(np.abs(model.reconstruct(kept["x"]) - kept["reconstruction"]).max())
print(json.dumps(found))
"""


def test_enough_models_take_each_kind():
    assert len(zoo.list_models(data="ratings")) >= 8
    assert len(zoo.list_models(data="pixels")) >= 14
    assert len(zoo.list_models(data="real")) >= 14


@pytest.mark.long
@pytest.mark.parametrize("pairs", CHUNKS, ids=range(len(CHUNKS)))
def test_every_pair_trains_loads_again_and_serves_without_keras(pairs, tmp_path, fresh_python):
    for name, kind in pairs:
        x = kinds.find(kind).samples(np.random.default_rng(0), 32, kinds.find(kind).SHAPES[0])
        keras.utils.set_random_seed(0)
        chosen = {"output": kind} if "output" in registry.hyperparameters(registry.find(name)) else {}
        model = zoo.build(name, x.shape[1:], seed=0, **chosen)
        history = model.fit(x, epochs=1, batch_size=16, verbose=0).history
        assert np.isfinite(history["loss"]).all(), (name, kind)
        folder = zoo.export(model, tmp_path / f"{name}-{kind}", examples=x[:3])
        np.savez(folder / "kept.npz", x=x, reconstruction=model.reconstruct(x))

    folders = [tmp_path / f"{name}-{kind}" for name, kind in pairs]
    run = fresh_python("-c", LOAD, *folders)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == {folder.name: 0.0 for folder in folders}

    run = fresh_python("-I", "serving/verify.py", *folders)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("serving_default") == len(folders)
    for name, kind in pairs:  # seen with -s, as `make matrix` runs it
        print(f"{name:<14} {kind:<9} trains, loads again, serves without Keras")
