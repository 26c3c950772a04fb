"""The speed benchmark's arithmetic and its table; nothing here is timed."""

import importlib
import json
from itertools import pairwise

import pytest

from benchmarks import speed
from benchmarks.contenders._job import Job


@pytest.fixture
def record() -> dict:
    def runs(seconds, loss, **versions):
        result = {"seconds": [9, *seconds], "losses": [0.5, loss], "parameters": 1_234, "peak_mb": 512.4}
        return [{**result, "versions": versions}]

    return {
        "command": "python -m benchmarks.speed",
        "protocol": {"samples": 1000, "batch_size": 256, "rounds": 1, "counted": 3},
        "machine": {"processor": "A processor", "cores": 2, "load_before_each_round": [0.25]},
        "peak_gflops": {"tensorflow": 200.4, "numpy": 190},
        "networks": {
            "shallow": {
                "widths": [1000, 500, 1000],
                "runs": {
                    "recipe": runs([1, 3, 2], 0.1, keras="3"),
                    "plain_keras": runs([3, 5, 4], 0.1, keras="3"),
                    "torch_loader": runs([6, 6, 6], 0.11, torch="2"),
                    "torch_indexed": runs([2, 3, 2.5], 0.11, torch="2"),
                },
            }
        },
    }


def test_flop_by_hand():
    # One sample through 3-2: 6 multiply-adds, 12 operations forward, 24 backward.
    assert speed.flop((3, 2), 1) == 36
    # 784*512 + 512*32 and the same backwards: 835,584 multiply-adds, times 6.
    assert speed.flop(speed.NETWORKS["shallow"], 1) == 5_013_504


def test_the_table_gives_medians_ratios_and_circumstances(record):
    lines = speed.table(json.loads(json.dumps(record))).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    # The warm-up's 9 seconds do not count; 6 GFLOP in 2 seconds.
    assert rows[1] == [
        "**this project's recipe**",
        "2.00 (1.00 to 3.00)",
        "3",
        "1%",
        "2.00 (1.33)",
        "512",
        "0.1000",
    ]
    assert rows[2][1:5] == ["4.00 (3.00 to 5.00)", "2", "1%", "1.00 (0.80)"]
    assert rows[4][4] == "1.60 (1.33)"
    assert "The faster PyTorch is `torch_indexed`: the recipe is 1.25 times as fast." in lines
    assert "tensorflow 200, numpy 190" in lines[-1]
    assert "keras 3, torch 2" in lines[-1]


def test_the_table_replaces_what_is_between_the_markers(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n")
    speed.write_table("new", readme)
    speed.write_table("newer", readme)
    assert readme.read_text() == "before\n<!-- speed -->\nnewer\n<!-- /speed -->\nafter\n"
    assert all(marker in speed.README.read_text() for marker in speed.MARKERS)


@pytest.mark.parametrize("network", speed.NETWORKS)
@pytest.mark.parametrize("contender", ["recipe", "plain_keras", "_torch"])
def test_contenders_build_the_same_network(contender, network):
    if contender == "_torch":
        pytest.importorskip("torch")
    module = importlib.import_module(f"benchmarks.contenders.{contender}")
    widths = speed.NETWORKS[network]
    model = module.build(widths)
    parameters = model.count_params() if contender != "_torch" else module.parameters(model)
    assert parameters == sum(a * b + b for a, b in pairwise(widths))


@pytest.mark.parametrize("contender", ["recipe", "plain_keras"])
def test_contenders_train(contender, tmp_path):
    import numpy as np

    data = tmp_path / "x.npy"
    np.save(data, np.random.default_rng(0).random((40, 6), "float32"))
    module = importlib.import_module(f"benchmarks.contenders.{contender}")
    result = module.train(Job(str(data), (6, 4, 2, 4, 6), epochs=2, batch_size=16, seed=0))
    assert len(result.seconds) == len(result.losses) == 2
    assert result.losses[1] < result.losses[0] < 1


def test_every_contender_has_its_file(root):
    files = {file.stem for file in (root / "benchmarks" / "contenders").glob("[a-z]*.py")}
    assert files == set(speed.CONTENDERS)
