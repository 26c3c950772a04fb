"""A new file of a series is scored in chunks as if at once, by stretches without a gap, and what is odd is said."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import zoo
from serving import series
from serving.detect import detect, detector
from serving.refusing import Refused
from zoo.wrappers.series_detector import SeriesDetector

COLUMNS = ("flow (l/min)", "speed")


@pytest.fixture(scope="module")
def model():
    inner = zoo.build("vanilla", (6, 2), latent_dim=2, output="series", seed=0)
    return SeriesDetector(inner, [10, 0], [2, 1], COLUMNS, stride=4, threshold=1.5, time="when", interval=1.0)


@pytest.fixture(scope="module")
def answer(model, tmp_path_factory):
    return detector(zoo.export(model, tmp_path_factory.mktemp("export") / "e"))


@pytest.fixture
def frame():
    x = np.random.default_rng(0).normal([10, 0], [2, 1], (200, 2)).round(3)
    return pd.DataFrame(x, columns=COLUMNS).assign(when=np.arange(200.0), note="x")


def scored(answer, frame, tmp_path, **options):
    answer.notes.clear()
    frame.to_csv(tmp_path / "new.csv", index=False)
    told = detect(answer, tmp_path / "new.csv", tmp_path / "out.csv", **options)
    return told, pd.read_csv(tmp_path / "out.csv")


def expected(model, frame, *edges):
    """The scores of stretches, each scored at once."""
    whole = [0, *edges, len(frame)]
    return np.concatenate([model.score_series(frame.iloc[a:b][list(COLUMNS)]) for a, b in pairwise(whole)])


@pytest.mark.parametrize("chunk", [1, 30, 33, 10_000])
def test_chunks_of_any_size_give_what_the_whole_gives(chunk, model, answer, frame, tmp_path, monkeypatch):
    monkeypatch.setattr(series, "CHUNK", chunk)
    told, out = scored(answer, frame[["note", "speed", "when", "flow (l/min)"]], tmp_path, keep=["note"], top=1)
    assert list(out) == ["line", "when", "note", "score", "is_anomaly", "top_1", "share_1"]
    assert out["line"].tolist() == list(range(2, 202))
    np.testing.assert_allclose(out["score"], expected(model, frame), rtol=1e-4)
    assert out["is_anomaly"].tolist() == (expected(model, frame) > 1.5).tolist()
    assert told.startswith("Scored 200 rows: ")
    assert told.endswith("%).")


@pytest.mark.parametrize("block", [40, 1000])
def test_windows_go_over_no_gap_wherever_blocks_of_the_file_end(block, model, answer, frame, tmp_path, monkeypatch):
    from serving import text_files

    monkeypatch.setattr(text_files, "BLOCK", block)
    monkeypatch.setattr(text_files, "HEAD", 400)
    monkeypatch.setattr(series, "CHUNK", 25)
    frame["when"] += np.where(frame.index >= 120, 500.0, 0) + np.where(frame.index >= 123, 500.0, 0)
    _, out = scored(answer, frame, tmp_path)
    np.testing.assert_allclose(out["score"], expected(model, frame, 120, 123), rtol=1e-4)
    assert out["when"].tolist() == frame["when"].tolist()


def test_an_empty_cell_is_an_anomaly_of_its_column(answer, frame, tmp_path):
    frame.loc[50, "speed"] = np.nan
    told, out = scored(answer, frame, tmp_path)
    assert "1 of them with empty, infinite or new values" in told
    assert out.loc[50, ["is_anomaly", "top_1", "share_1"]].tolist() == [True, "speed", 1]
    assert np.isfinite(out["score"].drop(50)).all()


def test_another_pace_is_told(answer, frame, tmp_path):
    told, _ = scored(answer, frame.assign(when=60 * frame["when"]), tmp_path)
    assert told.endswith(
        "Steps are 60 apart where they were 1 when the export was made: what is normal may look unusual."
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda frame: frame.drop(columns="when"), "lacks 'when'. It has 'flow (l/min)', 'speed', 'note'."),
        (lambda frame: frame.rename(columns={"speed": "sped"}), "lacks 'speed'"),
        (lambda frame: frame.iloc[::-1], "line 3, column 'when' holds '198.0', which lies before line 2's '199.0'"),
        (lambda frame: frame.assign(when=frame["note"]), "line 2, column 'when' holds 'x'"),
        (lambda frame: frame.iloc[:0], "has no rows"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(change, told, answer, frame, tmp_path):
    with pytest.raises(Refused) as refused:
        scored(answer, change(frame), tmp_path)
    assert told in str(refused.value)
    assert [file.name for file in tmp_path.iterdir()] == ["new.csv"]


def test_without_a_column_of_time_all_rows_are_one_series(model, frame, tmp_path):
    plain = SeriesDetector(model.model, model.mean, model.scale, COLUMNS, stride=4)
    answer = detector(zoo.export(plain, tmp_path / "e"))
    (tmp_path / "x").mkdir()
    _, out = scored(answer, frame.drop(columns="when"), tmp_path / "x")
    np.testing.assert_allclose(out["score"], expected(model, frame), rtol=1e-4)
