"""The split of the tables, a run that goes on where it was, and the table of results; nothing large is trained."""

import json

import numpy as np
import pytest

from benchmarks import anomaly_tables
from benchmarks.anomaly_tables import Config, split
from benchmarks.tables import anomalies


def test_half_of_the_normal_rows_train_and_all_anomalies_test():
    x, anomalous = np.arange(120.0).reshape(60, 2), np.arange(60) % 6 == 0  # 50 normal rows, 10 anomalies
    parts = split(x, anomalous, 0, "t")
    assert [len(parts[part]) for part in ("train", "validation", "test")] == [20, 5, 35]
    assert [int(parts[part].y.sum()) for part in ("train", "validation", "test")] == [0, 0, 10]
    rows = np.concatenate([parts.raw(parts[part].x)[:, 0] for part in parts])
    np.testing.assert_allclose(np.sort(rows), x[:, 0], atol=1e-4)


def test_of_large_tables_few_rows_are_drawn():
    anomalous = np.arange(20_000) % 3 == 0
    parts = split(np.random.default_rng(0).normal(size=(20_000, 2)), anomalous, 0, "t")
    assert [len(parts[part]) for part in ("train", "validation", "test")] == [2400, 600, 6000]


def test_a_run_goes_on_where_it_was(tmp_path, monkeypatch):
    for number, name in ((2, "b"), (1, "a")):
        np.savez(tmp_path / f"{number}_{name}.npz", X=np.eye(20)[:, :4], y=np.arange(20) % 5 == 0)
    asked = []

    def scored(splits, seed):
        asked.append((splits.name, seed))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return {"model": 0.5 + seed, "seconds": 1.0}

    monkeypatch.setattr(anomaly_tables, "scored", scored)
    config = Config(folder=tmp_path, tables=("a", "b"), seeds=(0, 1), out=tmp_path / "r.json")
    with pytest.raises(KeyboardInterrupt):
        anomaly_tables.run(config)
    record = anomaly_tables.run(config)
    assert asked == [("a", 0), ("a", 1), ("b", 0), ("b", 0), ("b", 1)]
    assert record["results"]["b"]["1"] == {"model": 1.5, "seconds": 1.0}
    assert json.loads(config.out.read_text()) == record


def test_the_table_has_means_and_leads():
    results = {
        "a": {"0": {"model": 0.9, "PCA": 0.7, "seconds": 1}, "1": {"model": 0.7, "PCA": 0.7, "seconds": 1}},
        "b": {"0": {"model": 0.6, "PCA": 0.4, "seconds": 1}},
        "scikit-learn: c": {"0": {"model": 0.5, "PCA": 0.6, "seconds": 1}},
    }
    assert anomalies.of(results).splitlines()[2:] == [
        "| mean of all, 2 | 0.700 | 0.550 | +0.150 |",
        "| mean of those that chose the model, 1 | 0.800 | 0.700 | +0.100 |",
        "| mean of the others, 1 | 0.600 | 0.400 | +0.200 |",
        "| b | 0.600 | 0.400 | +0.200 |",
        "| a | 0.800 | 0.700 | +0.100 |",
        "| scikit-learn: c | 0.500 | 0.600 | -0.100 |",
    ]
