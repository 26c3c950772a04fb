"""Series from files with a column of time: parts, windows, gaps, labels, and what is refused in a sentence."""

import gzip

import numpy as np
import pytest

from recipes.data import series
from zoo import UsageError


def rows(steps=40, start=0, gap_at=None, label=None):
    """Step i is at `start` + i, with the values i and 100 - i; from `gap_at` on an hour later."""
    lines = ["when,up,down" + (",state" if label else "")]
    for i in range(steps):
        when = start + i + (3600 if gap_at is not None and i >= gap_at else 0)
        lines.append(f"{when},{i},{100 - i}" + (f",{label(i)}" if label else ""))
    return "\n".join(lines) + "\n"


@pytest.fixture
def file(tmp_path):
    def write(content, name="a.csv"):
        target = tmp_path / "data" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    return write


def test_the_first_steps_train_those_after_them_validate_and_the_rest_tests(file):
    data = series.load(file(rows()), "when", train_steps=25, window=4)
    (one,) = data.recordings
    assert {part: (at.start, at.stop) for part, at in one.parts.items()} == {
        "train": (0, 20),
        "validation": (20, 25),
        "test": (25, 40),
    }
    assert data.columns == ("up", "down")
    raw = data.units.raw(data.train.x)
    np.testing.assert_allclose(raw[:, :, 0], np.arange(17)[:, None] + np.arange(4), atol=1e-4)
    np.testing.assert_allclose(raw[:, :, 1], 100 - raw[:, :, 0], atol=1e-3)
    np.testing.assert_allclose(data.units.raw(data.validation.x)[:, 0, 0], [20, 21], atol=1e-4)
    np.testing.assert_allclose(data.units.mean, [9.5, 90.5], rtol=1e-6)  # of the 20 steps that train
    assert (data.interval, data.shape, data.labelled, data.notes) == (1.0, (4, 2), False, "")
    assert "the first 25 steps are taken as normal: of these 20 steps train, in 17 windows of 4" in data.split
    assert data.inputs()["series"]["columns"] == ["up", "down"]
    assert [len(x) for x in data.normal("validation")] == [5]


def test_without_being_asked_half_trains_in_windows_that_fit(file):
    data = series.load(file(rows(100)), "when")
    assert data.recordings[0].normal == 50
    assert data.window == 10  # as many steps as validate, since these are fewer than 16
    assert series.load(file(rows(500)), "when").window == 16


def test_windows_go_over_no_gap_and_over_no_two_files(file):
    file(rows(40, gap_at=12), "sub/b.tsv".replace("tsv", "csv"))
    folder = file(rows(40, start=1000), "10.csv").parent
    file(gzip.compress(rows(40).replace(",", ";").encode()), "9.csv.gz")
    file("no table", "readme.md")
    file(rows(3), ".hidden/c.csv")
    data = series.load(folder, "when", train_steps=25, window=4)
    assert [one.name.rpartition("data/")[2] for one in data.recordings] == ["9.csv.gz", "10.csv", "sub/b.csv"]
    first = data.units.raw(data.train.x)[:, :, 0]
    assert (np.abs(np.diff(first, axis=1) - 1) < 1e-3).all()
    assert len(first) == 17 + 17 + 9 + 5  # the last file trains in stretches of 12 and of 8
    assert "sub/b.csv has 1 gap of over 10, which no window goes over." in data.notes
    assert "of each of 3 files" in data.split


def test_what_is_odd_is_told(file):
    content = rows(30).splitlines()
    content[5] = content[5].replace("4,", "3,", 1)  # at the time of the step before
    content[29], content[27] = "28.5,,1", content[27].replace(",26,", ",1e300,")
    data = series.load(file("\n".join(content)), "when", train_steps=20, window=3)
    name = data.recordings[0].name
    assert data.notes.splitlines() == [
        f"{name} has 1 step at the time of the step before.",
        f"{name} has 3 steps of another length than the usual 1.",
        f"{name} has 2 steps without a number, which count as anomalies.",
    ]
    assert np.isnan(data.recordings[0].x[28, 0])
    assert np.isinf(data.recordings[0].x[26, 0])


def test_labels_are_looked_at_for_measuring_alone(file):
    plain = series.load(
        file(rows(label=lambda i: int(i > 30 or i == 3))), "when", label="state", train_steps=20, window=3
    )
    assert np.flatnonzero(plain.recordings[0].anomalous).tolist() == [3, *range(31, 40)]
    assert "1 step labelled anomalous among the first 20, which are taken as normal all the same" in plain.notes
    words = series.load(
        file(rows(label=lambda i: "ok" if i < 35 else "leak")),
        "when",
        label="state",
        normal="ok",
        train_steps=20,
        window=3,
    )
    assert np.flatnonzero(words.recordings[0].anomalous).tolist() == list(range(35, 40))
    assert words.columns == plain.columns == ("up", "down")
    numbers = series.load(
        file(rows(label=lambda i: f"{float(i > 30):.1f}")), "when", label="state", normal="0", train_steps=20, window=3
    )
    assert numbers.recordings[0].anomalous.sum() == 9


def test_of_a_long_series_not_all_windows_train(file, monkeypatch):
    monkeypatch.setattr(series, "MOST_WINDOWS", 10)
    data = series.load(file(rows(200)), "when", train_steps=100, window=5)
    raw = data.units.raw(data.train.x)
    assert len(raw) == 10
    np.testing.assert_allclose(np.diff(raw[:, 0, 0]), 8, atol=1e-3)  # of 76 windows every eighth


def test_the_checksum_is_that_of_the_numbers(file):
    given = {"train_steps": 25, "window": 4}
    first = series.load(file(rows()), "when", **given).checksum
    assert series.load(file(rows().replace(",", ";"), "b.csv"), "when", **given).checksum == first
    assert series.load(file(rows(start=1), "b.csv"), "when", **given).checksum != first


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (rows(), {"time": "wehn"}, "has no column 'wehn': it has 'when', 'up', 'down'. Did you mean 'when'?"),
        (rows(), {"columns": ["up", "dwon"]}, "has no column 'dwon'"),
        (rows(), {"label": "state"}, "has no column 'state'"),
        (rows(), {"normal": "ok"}, "--normal ok needs labels: name their column with --label."),
        (rows(), {"columns": ["when"]}, "must have a column of numbers beside those of time and labels"),
        (rows(label=lambda i: "ok"), {"label": "state"}, "holds 'ok': it must hold 0 where all is normal"),
        (rows(label=lambda i: "" if i == 7 else 0), {"label": "state"}, "line 9, column 'state' holds no label"),
        (rows().replace("\n7,7,", "\n7,,"), {}, "line 9, column 'up' is empty or NaN among the first 20 steps"),
        (rows().replace("\n7,7,", "\n7,1e300,"), {}, "line 9, column 'up' holds 1e+300 among the first 20 steps"),
        (rows().replace("\n7,7,", "\n7,high,"), {}, "line 9, column 'up' holds 'high'"),
        (rows().replace("\n7,7,", "\n2,7,"), {}, "line 9, column 'when' holds '2', which lies before line 8's '6'"),
        (rows(), {"train_steps": 40}, "--train-steps 40 must leave steps on both sides"),
        (rows(), {"train_steps": 0.001}, "--train-steps 0.001 must leave steps on both sides"),
        (rows(), {"window": 5}, "no window of 5 steps fits into what validates without a gap; its longest stretch"),
        ("when,up,down\n1,2,3\n", {}, "must have at least 2 steps. Received: 1."),
        ("", {}, "line 1 is empty"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_a_sentence(content, options, told, file):
    given = {"time": "when", **options}
    with pytest.raises(UsageError) as error:
        series.load(file(content), given.pop("time"), **given)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_nothing_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="nowhere is not there: give the path to a table with a column of time"):
        series.load(tmp_path / "nowhere", "when")
    with pytest.raises(UsageError, match=r"holds no table, such as FILE.csv, neither in its folders"):
        series.load(tmp_path, "when")


def test_files_that_lack_a_column_of_the_first_are_named(file):
    file(rows(), "1.csv")
    folder = file(rows().replace("down", "left"), "2.csv").parent
    with pytest.raises(UsageError, match=r"2.csv has no column 'down': it has 'when', 'up', 'left'"):
        series.load(folder, "when")
