"""Tables in several files: the same parts and statistics in any number of files, and what memory has not read anew."""

import dataclasses
import re
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

import zoo
from recipes import anomaly, training
from recipes.data import hashing, sources, table, table_files
from recipes.data.splits import PARTS
from recipes.training.checkpoint import Checkpoint
from zoo import UsageError

ROWS = 2000


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    code = rng.normal(size=(ROWS, 2))
    x = code @ rng.normal(size=(2, 4)) * [1, 10, 100, 1000] + [0, 5, -5, 1e4]
    found = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    found.loc[::17, "b"] = np.nan
    found["kind"] = rng.choice(["good", "bad", "odd"], ROWS)
    found["color"] = rng.choice(["red", "", "green"], ROWS)
    return found


@pytest.fixture(scope="module")
def write(frame, tmp_path_factory):
    """Writes the table in so many files; returns their pattern."""

    def write(count, ending="parquet", rows=frame):
        folder = tmp_path_factory.mktemp("shards")
        bounds = np.linspace(0, len(rows), count + 1).astype(int)
        for i in range(count):
            part = rows.iloc[bounds[i] : bounds[i + 1]]
            file = folder / f"part-{i:02}.{ending}"
            part.to_parquet(file) if ending == "parquet" else part.to_csv(file, index=False)
        return f"{folder}/part-*.{ending}"

    return write


@pytest.fixture
def little_memory(monkeypatch):
    """Holds 100 rows of a part."""
    monkeypatch.setattr(hashing, "MOST_SAMPLES", 100)


def rows_of(splits, part):
    return {tuple(row) for row in splits[part].x}


def test_the_parts_are_the_same_in_any_number_of_files_of_any_form(write):
    whole, others = (
        table_files.load(write(1), label="kind"),
        [
            table_files.load(write(5), label="kind"),
            table_files.load(write(3, "csv"), label="kind"),
        ],
    )
    assert whole.streamed is None
    assert re.fullmatch(
        r"of 2,000 rows in 1 file, by a hash of what they hold and seed 0, 60\.\d% train \(1,2\d\d\), .*", whole.split
    )
    for splits in others:
        for part in PARTS:
            assert rows_of(splits, part) == rows_of(whole, part)
            assert len(splits[part]) == len(whole[part])
        np.testing.assert_allclose(splits.units.mean, whole.units.mean, rtol=1e-6)
        assert splits.units.words == whole.units.words == ((), (), (), (), ("", "green", "red"))
        assert splits.labels == ("bad", "good", "odd")
    assert not rows_of(whole, "train") & (rows_of(whole, "validation") | rows_of(whole, "test"))
    again = table_files.load(write(1), label="kind", seed=1)
    assert rows_of(again, "test") != rows_of(whole, "test")


def test_means_scales_words_and_empty_cells_are_those_of_a_table_in_memory(write, frame, tmp_path):
    splits = table_files.load(write(4), label="kind")
    raw = splits.raw(splits.train.x)
    frame.assign(kind="x").to_csv(tmp_path / "whole.csv", index=False)
    whole = table.load(tmp_path / "whole.csv", label="kind")
    np.testing.assert_allclose(splits.units.mean[:4], np.nanmean(raw[:, :4], axis=0), rtol=1e-4)
    np.testing.assert_allclose(splits.units.scale[:4], np.nanstd(raw[:, :4], axis=0), rtol=1e-4)
    assert splits.units.columns == whole.units.columns
    assert splits.shape == whole.shape == (8,)  # four numbers, a flag, three words
    assert splits.units.empty[1] == pytest.approx(np.isnan(raw[:, 1]).mean())
    assert splits.units.shares[4] == pytest.approx(np.bincount(raw[:, 4].astype(int)) / len(raw))
    assert splits.notes.splitlines() == [
        "Columns of words (how many): 'color' (3). One that is no input is the --label, or not in --columns.",
        f"Columns with empty cells, which are filled with the mean and flagged: 'b' ({-(-ROWS // 17)}).",
    ]


def test_what_memory_does_not_hold_is_read_in_each_epoch_and_no_row_of_it_is_held_out(write, little_memory):
    splits = table_files.load(write(5), label="kind")
    stream = splits.streamed
    assert 60 < len(splits.train) < 140
    assert 60 < len(splits.test) < 140
    assert len(stream) + len(splits.validation) + len(splits.test) == ROWS
    seen = [np.concatenate([share.x for share in stream.shares(64, 0, epoch)]) for epoch in (0, 0, 1)]
    rows = [{tuple(row) for row in one} for one in seen]
    assert [len(one) for one in rows] == [len(stream)] * 3
    assert rows[0] == rows[2]
    np.testing.assert_array_equal(seen[0], seen[1])
    assert (seen[0] != seen[2]).any()
    assert rows_of(splits, "train") < rows[0]
    assert not rows[0] & (rows_of(splits, "validation") | rows_of(splits, "test"))
    np.testing.assert_allclose(seen[0][:, :4].mean(axis=0), 0, atol=1e-4)
    assert f"look at {len(splits.train)} of those that train" in splits.split
    assert splits.checksum != table_files.load(write(5), label="kind", seed=1).checksum


def test_a_streamed_training_has_the_losses_of_one_in_memory(write, little_memory, tmp_path):
    splits = table_files.load(write(1), columns=("a", "b", "c"))
    stream = splits.streamed
    x = np.concatenate(list(stream.samples(0)))
    found = []
    for i, train in enumerate((stream, x)):
        keras.utils.set_random_seed(0)
        model = zoo.build("vanilla", splits.shape, latent_dim=2, output="real", seed=0)
        options = {"epochs": 2, "batch_size": 64, "patience": 2, "seed": 3, "schedule": "constant", "identity": {}}
        found.append(training.fit(model, train, splits.validation.x, folder=tmp_path / str(i), **options))
    streamed, held = (progress.history for progress in found)
    assert len(held["loss"]) == 2
    for name, values in held.items():
        np.testing.assert_allclose(streamed[name], values, rtol=1e-5)


def test_rows_of_one_label_alone(write, frame, little_memory):
    splits = table_files.load(write(3), label="kind")
    good = splits.labels.index("good")
    stream = splits.streamed.only("good", splits.train.x[splits.train.y == good])
    rows = {tuple(row) for share in stream.shares(64, 0, 0) for row in share.x}
    held_out = sum((splits[part].y == good).sum() for part in ("validation", "test"))
    assert len(rows) == len(stream) == (frame.kind == "good").sum() - held_out
    assert {tuple(row) for row in stream.held} < rows


def test_what_is_wrong_with_files_is_said_in_a_sentence(write, frame, tmp_path):
    with pytest.raises(UsageError, match=r"matches no file: look at it with ls, and put it between quotes"):
        sources.load("nowhere/part-*.parquet")
    with pytest.raises(UsageError, match=r"--scaling robust is for other data"):
        sources.load(write(1), scaling="robust")
    pattern = write(3)
    last = pattern.replace("*", "02")
    frame.drop(columns="a").assign(e=1).to_parquet(last)
    with pytest.raises(UsageError, match=r"part-02.parquet has other columns than .*part-00.parquet: it lacks 'a'"):
        sources.load(pattern)
    frame.assign(e=1).to_parquet(last)
    with pytest.raises(UsageError, match=r"it has 'e' besides\. Take tables .* with --columns"):
        sources.load(pattern)
    assert sources.load(pattern, columns=("a", "b")).shape == (3,)
    Path(last).write_bytes(Path(last).read_bytes()[:2000])
    with pytest.raises(UsageError, match=r"part-02.parquet is not a whole Parquet file"):
        sources.load(pattern)
    same = write(2, rows=frame.iloc[np.zeros(50, int)])
    with pytest.raises(UsageError, match=r"at least 5 different rows, and some in each part"):
        sources.load(same)


def test_a_file_that_changes_while_it_trains_stops_the_training_in_a_sentence(write, frame, little_memory, tmp_path):
    pattern = write(2)
    splits = table_files.load(pattern, columns=("a", "c"))
    frame.iloc[:300].to_parquet(pattern.replace("*", "01"))
    model = zoo.build("vanilla", (2,), latent_dim=1, output="real", seed=0)
    options = {"epochs": 1, "batch_size": 64, "patience": 2, "seed": 3, "schedule": "constant", "identity": {}}
    with pytest.raises(UsageError, match=r"part-01.parquet has not the rows that it had when it was first read"):
        training.fit(model, splits.training, splits.validation.x, folder=tmp_path, **options)


@pytest.mark.slow
def test_a_detector_of_rows_from_disk_is_gone_on_with_after_a_stop(write, little_memory, monkeypatch, tmp_path):
    options = {"label": "kind", "normal": "good", "epochs": 3, "batch_size": 64, "hyperparameters": {"latent_dim": 2}}
    config = anomaly.Config(data=write(3), out=tmp_path / "whole", **options)
    whole = anomaly.run(config)
    assert {"auroc", "false_alarms"} <= whole.keys()

    saved = Checkpoint.on_epoch_end

    def stopping(self, epoch, logs=None):
        saved(self, epoch, logs)
        if epoch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "on_epoch_end", stopping)
        with pytest.raises(KeyboardInterrupt, match="Stopped in epoch"):
            anomaly.run(dataclasses.replace(config, out=tmp_path / "stopped"))
    assert anomaly.run(dataclasses.replace(config, out=tmp_path / "stopped", resume=True)) == whole
