"""The picture benchmark's table, and that both libraries train and answer with the same networks; nothing is timed."""

import importlib

import pytest

from benchmarks import pictures
from benchmarks.speed import README
from benchmarks.steppers._job import Job, milliseconds
from benchmarks.tables import markers


def test_the_table_gives_medians_and_ratios():
    def training(*speeds):
        return [{"speed": speed, "parameters": 5, "versions": {"a": "1"}} for speed in speeds]

    def answers(**ways):
        return [{"milliseconds": {way: ms * k for way, ms in ways.items()}, "versions": {"b": "2"}} for k in (1, 2, 3)]

    record = {
        "command": "python -m benchmarks.pictures",
        "protocol": {"rounds": 3},
        "machine": {"processor": "A processor", "cores": 2, "load_before_each_round": [0.25, 1, 2]},
        "results": {
            "train-restorer, float32": {"ours": training(30, 10, 20), "torch_loop": training(10, 16, 12)},
            "answer-deep-1, float32": {
                "ours": answers(reconstruct=1, predict=20, saved_model=0.5),
                "torch_loop": answers(torch=0.25),
            },
        },
    }
    lines = pictures.table(record).splitlines()
    assert "| train-restorer, float32 | 20 (10) | 12 (10) | 1.67 |" in lines
    assert "| answer-deep-1, float32 | 2.00 | 40.00 | 1.00 | 0.50 |" in lines
    assert "load before each round 0.2, 1.0, 2.0. a 1, b 2." in lines[-1]
    assert all(marker in README.read_text("utf-8") for marker in markers("pictures"))


def test_the_median_leaves_the_first_two_out():
    calls = []
    assert milliseconds(lambda: calls.append(None), least=3, seconds=0.0) >= 0
    assert len(calls) == 5


SMALL = {"convolutional": (12, 28, 28), "restorer": (4, 16, 16, 1)}


@pytest.mark.parametrize("network", ["convolutional", pytest.param("restorer", marks=pytest.mark.slow)])
@pytest.mark.parametrize("library", pictures.LIBRARIES)
def test_each_library_trains_the_network(library, network):
    if library.startswith("torch"):
        pytest.importorskip("torch")
    module = importlib.import_module(f"benchmarks.steppers.{library}")
    found = module.train(Job(network, "float32", SMALL[network], 4, 0))
    assert found["speed"] > 0
    assert found["parameters"] == {"convolutional": 426_145, "restorer": 810_948}[network]


def test_the_networks_of_all_jobs_are_known():
    found = pictures.jobs(pictures.Config().jobs, seed=3)
    assert len(found) == 2 * len(pictures.TRAINED) + len(pictures.ASKED)
    assert {Job(**fields).seed for fields in found.values()} == {3}
