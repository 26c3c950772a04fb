"""The files and splits of SKAB and NAB, a run that goes on where it was, and the tables; nothing is trained."""

import json

import numpy as np
import pytest

from benchmarks import anomaly_series
from benchmarks.anomaly_series import Config, measured, period
from benchmarks.tables import nab, skab


@pytest.fixture
def folder(tmp_path):
    """Two files of SKAB, one of them without labels, and two of NAB, one of them without anomalies."""
    rows = [f"2026-01-01 00:{i // 60:02d}:{i % 60:02d};{i % 7};{i % 5};{int(450 <= i < 480)};0" for i in range(500)]
    for name, cut in (("valve1/0.csv", 0), ("anomaly-free/anomaly-free.csv", 2)):
        (tmp_path / "skab" / name).parent.mkdir(parents=True, exist_ok=True)
        lines = ["datetime;a;b;anomaly;changepoint", *rows]
        (tmp_path / "skab" / name).write_text("\n".join(line.rsplit(";", cut)[0] for line in lines) + "\n")
    (tmp_path / "nab/real").mkdir(parents=True)
    (tmp_path / "nab/labels").mkdir()
    values = "\n".join(
        ["timestamp,value", *(f"2026-01-{1 + i // 24:02d} {i % 24:02d}:00:00,{i % 24}" for i in range(600))]
    )
    for name in ("a", "b"):
        (tmp_path / f"nab/real/{name}.csv").write_text(values + "\n")
    labels = {"real/a.csv": [["2026-01-11 00:00:00.000000", "2026-01-11 05:00:00.000000"]], "real/b.csv": []}
    (tmp_path / "nab/labels/combined_windows.json").write_text(json.dumps(labels))
    return tmp_path


def test_of_skab_400_rows_train_and_labels_are_no_channels(folder):
    ((name, data, anomalous),) = anomaly_series.skab(folder)
    assert (name, data.columns) == ("valve1/0.csv", ("a", "b"))
    assert data.recordings[0].normal == 400
    assert np.flatnonzero(anomalous).tolist() == list(range(450, 480))


def test_of_nab_the_probationary_part_trains(folder):
    ((name, data, anomalous),) = anomaly_series.nab(folder)
    assert (name, data.recordings[0].normal) == ("real/a.csv", 90)
    assert np.flatnonzero(anomalous).tolist() == list(range(240, 246))


def test_a_period_is_where_the_autocorrelation_peaks():
    assert period(np.sin(np.arange(1000) * 2 * np.pi / 24)) == 24
    assert period(np.arange(1000.0)) == anomaly_series.USUAL
    assert period(np.ones(50)) == anomaly_series.USUAL


def test_a_run_goes_on_where_it_was(folder, monkeypatch):
    asked = []

    def scored(model, data, seed):
        asked.append((model, data.name, seed))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return {"model": (np.arange(len(data.recordings[0]), dtype=float), 470.0), "seconds": (np.zeros(0), 1.0)}

    monkeypatch.setattr(anomaly_series, "scored", scored)
    config = Config(folder=folder, models=("m",), seeds=(0, 1), out=folder / "r.json")
    with pytest.raises(KeyboardInterrupt):
        anomaly_series.run(config)
    record = anomaly_series.run(config)
    assert asked == [("m", "0.csv", 0), ("m", "a.csv", 0), ("m", "0.csv", 1), ("m", "0.csv", 1), ("m", "a.csv", 1)]
    found = record["results"]["skab"]["m"]["valve1/0.csv"]["1"]
    assert {key: found["model"][key] for key in ("hits", "false", "missed")} == {"hits": 9, "false": 20, "missed": 21}
    assert (found["seconds"], found["steps"]) == (1.0, 500)
    assert json.loads(config.out.read_text()) == record


def test_counts_are_of_steps_above_the_threshold():
    class One:
        x = np.sin(np.arange(100) / 3)[:, None]

        def __len__(self):
            return 100

    scores = np.zeros(100)
    scores[[10, 11, 50]] = 2, np.inf, 2
    anomalous = np.isin(np.arange(100), [11, 12])
    found = measured({"model": (scores, 1.0), "seconds": (np.zeros(0), 0.5)}, anomalous, One())
    assert {key: found["model"][key] for key in ("hits", "false", "missed")} == {"hits": 1, "false": 2, "missed": 1}


def test_the_tables_have_all_steps_together_and_means_over_files():
    def one(volume, hits, false, missed):
        numbers = {"vus_pr": volume, "hits": hits, "false": false, "missed": missed}
        return {"seconds": 1.0, "steps": 100, "model": numbers, "PCA": {**numbers, "hits": 0}}

    results = {
        "convolutional": {
            "x/1.csv": {"0": one(0.5, 20, 10, 0), "1": one(0.7, 20, 10, 0)},
            "y/2.csv": {"0": one(0.1, 20, 0, 10), "1": one(0.1, 20, 0, 10)},
        }
    }
    assert skab.of(results).splitlines()[2:] == [
        "| `convolutional` | 0.800 ± 0.000 | 6.7% | 20.0% | 0.350 |",  # 40 hits, 10 of 150 false, 10 of 50 missed
        "| PCA |  |  |  | 0.350 |",
    ]
    assert nab.of(results).splitlines() == [
        "| method | all files | x | y |",
        "| --- | --- | --- | --- |",
        "| `convolutional` | 0.350 | 0.600 | 0.100 |",
        "| PCA | 0.350 | 0.600 | 0.100 |",
    ]
