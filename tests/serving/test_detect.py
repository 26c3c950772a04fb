"""A new file is scored by its columns' names: in any order, of any length, and what is wrong with it is said."""

import gzip

import numpy as np
import pandas as pd
import pytest

import zoo
from serving import text_files
from serving.detect import detect, detector
from serving.refusing import Refused
from zoo.wrappers.detector import Detector
from zoo.wrappers.detectors import Detectors
from zoo.wrappers.standardized import Standardized

COLUMNS = ("pressure (hPa)", "höhe", "speed")


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """An export whose score is how far a row is from (1000, 20, 3), in standard deviations, mean of squares."""
    inner = zoo.build("vanilla", (3,), latent_dim=1, hidden_units=(), output="real")
    for weight in inner.weights:
        weight.assign(np.zeros(weight.shape))
    model = Standardized(Detector(inner, threshold=4.0), [1000, 20, 3], [5, 2, 1], COLUMNS)
    return zoo.export(model, tmp_path_factory.mktemp("export") / "e")


@pytest.fixture(scope="module")
def answer(export):
    return detector(export)


@pytest.fixture
def frame():
    x = np.random.default_rng(0).normal([1000, 20, 3], [5, 2, 1], (40, 3)).round(2)
    x[7] = 1020, 20, 3
    return pd.DataFrame(x, columns=COLUMNS).assign(name=[f"row {i}, é" for i in range(40)])


TOP = [f"{what}_{place}" for place in (1, 2, 3) for what in ("top", "share")]


def expected(frame):
    return np.square((frame[list(COLUMNS)].to_numpy() - [1000, 20, 3]) / [5, 2, 1]).mean(axis=1)


def scored(answer, source, tmp_path, **options):
    told = detect(answer, source, tmp_path / "out.csv", **options)
    return told, pd.read_csv(tmp_path / "out.csv")


def test_rows_are_scored_in_any_order_of_columns(answer, frame, tmp_path):
    mixed = frame[["name", "speed", "höhe", "pressure (hPa)"]]
    mixed.to_csv(tmp_path / "new.csv", index=False)
    told, out = scored(answer, tmp_path / "new.csv", tmp_path)
    assert list(out) == ["line", "score", "is_anomaly", *TOP]
    assert out["line"].tolist() == list(range(2, 42))
    np.testing.assert_allclose(out["score"], expected(frame), rtol=1e-3)
    assert out["is_anomaly"].tolist() == (expected(frame) > 4).tolist()
    assert told == f"Scored 40 rows: {out['is_anomaly'].sum()} anomalies ({out['is_anomaly'].mean():.2%})."


@pytest.mark.parametrize("written", ["utf-16", "decimal commas", "gzip", "quotes", "parquet"])
def test_a_new_file_may_be_written_in_any_way(written, answer, frame, tmp_path):
    new = tmp_path / ("new.parquet" if written == "parquet" else "new.txt")
    if written == "parquet":
        frame.to_parquet(new)
    elif written == "utf-16":
        frame.to_csv(new, index=False, encoding="utf-16", sep="\t")
    elif written == "decimal commas":
        frame.to_csv(new, index=False, decimal=",", sep=";", encoding="latin-1")
    elif written == "quotes":
        frame.to_csv(new, index=False, quoting=1)
    else:
        new.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    _, out = scored(answer, new, tmp_path, keep=["name", "speed"])
    assert list(out) == ["line", "name", "speed", "score", "is_anomaly", *TOP]
    np.testing.assert_allclose(out["score"], expected(frame), rtol=1e-3)
    assert out["name"].tolist() == frame["name"].tolist()
    assert out["speed"].tolist() == frame["speed"].tolist()


def test_blocks_are_joined(answer, frame, tmp_path, monkeypatch):
    frame.to_csv(tmp_path / "new.csv", index=False)
    monkeypatch.setattr(text_files, "BLOCK", 100)
    monkeypatch.setattr(text_files, "HEAD", 100)
    _, out = scored(answer, tmp_path / "new.csv", tmp_path)
    np.testing.assert_allclose(out["score"], expected(frame), rtol=1e-3)


def test_rows_without_a_value_are_anomalies(answer, tmp_path):
    rows = ["1000,20,3", ",20,3", "NaN,20,3", "1000,inf,3", "1000,20,1e300"]
    (tmp_path / "new.csv").write_text(",".join(COLUMNS) + "\n" + "\n".join(rows) + "\n")
    told, out = scored(answer, tmp_path / "new.csv", tmp_path)
    assert out["is_anomaly"].tolist() == [False, True, True, True, True]
    assert told == "Scored 5 rows: 4 anomalies (80.00%), 4 of them with empty, infinite or new values."
    assert out["top_1"].tolist()[1:] == [COLUMNS[i] for i in (0, 0, 1, 2)]
    assert out["share_1"].tolist()[1:] == [1] * 4


def test_the_columns_that_add_most_to_a_score_are_named(answer, tmp_path):
    (tmp_path / "new.csv").write_text(",".join(COLUMNS) + "\n1010,14,4\n")  # 2, -3 and 1 standard deviations off
    _, out = scored(answer, tmp_path / "new.csv", tmp_path)
    assert out.loc[0, ["top_1", "top_2", "top_3"]].tolist() == [COLUMNS[i] for i in (1, 0, 2)]
    shares = out.loc[0, ["share_1", "share_2", "share_3"]].astype(float)
    np.testing.assert_allclose(shares, [9 / 14, 4 / 14, 1 / 14], atol=1e-3)
    assert list(scored(answer, tmp_path / "new.csv", tmp_path, top=1)[1]) == ["line", "score", "is_anomaly", *TOP[:2]]
    assert list(scored(answer, tmp_path / "new.csv", tmp_path, top=0)[1]) == ["line", "score", "is_anomaly"]


def test_words_and_empty_cells_are_what_training_knew_them_as(tmp_path):
    inner = zoo.build("vanilla", (5,), latent_dim=1, hidden_units=(), output="real")
    for weight in inner.weights:
        weight.assign(np.zeros(weight.shape))
    given = {"empty": [0.5, None, None], "words": [(), (), ("rot", "grün")], "shares": [(), (), (0.5, 0.5)]}
    model = Standardized(Detector(inner, threshold=9.0), [0] * 3, [1] * 3, ("a", "b", "farbe"), **given)
    zoo.export(model, tmp_path / "e")
    rows = ["1,2,rot", ",2,grün", "1,,rot", "1,2,blau", "1,2,"]
    (tmp_path / "new.csv").write_text("a,b,farbe\n" + "\n".join(rows) + "\n")
    _, out = scored(detector(tmp_path / "e"), tmp_path / "new.csv", tmp_path)
    assert out["is_anomaly"].tolist() == [False, False, True, True, True]
    # Of five numbers each: a, b, a's flag, which is 1 off, and two indicators, half a unit off, over sqrt(1/2).
    np.testing.assert_allclose(out["score"][:2], [(1 + 4 + 1 + 1) / 5, (0 + 4 + 1 + 1) / 5], rtol=1e-5)
    assert out["top_1"].tolist() == ["b", "b", "b", "farbe", "farbe"]
    np.testing.assert_allclose(out["share_1"][:2], [4 / 7, 4 / 6], atol=1e-3)


@pytest.mark.parametrize(
    ("change", "options", "told"),
    [
        (lambda text: text.replace("höhe", "hohe"), {}, "lacks 'höhe'. It has"),
        (lambda text: text.replace("höhe", "hohe"), {}, "Is it 'hohe'?"),
        (lambda text: text.replace("name", "speed"), {}, "more than one column called 'speed'"),
        (lambda text: text.replace("\n1020.0,", "\nmany,"), {}, "line 9, column 'pressure (hPa)' holds 'many'"),
        (lambda text: text.partition("\n")[0] + "\n", {}, "has no rows"),
        (lambda text: text, {"keep": ["nmae"]}, "lacks 'nmae'. It has"),
        (lambda text: text.replace("name", "score"), {"keep": ["score"]}, "--keep score would stand in OUT"),
        (lambda text: text, {"header": False}, "lacks 'pressure (hPa)', 'höhe', 'speed'. It has '1', '2', '3', '4'"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(change, options, told, answer, frame, tmp_path):
    (tmp_path / "new.csv").write_text(change(frame.to_csv(index=False)))
    with pytest.raises(Refused) as refused:
        detect(answer, tmp_path / "new.csv", tmp_path / "out.csv", **options)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [file.name for file in tmp_path.iterdir()] == ["new.csv"]


def test_a_file_is_not_written_over_itself(answer, frame, tmp_path):
    frame.to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(Refused, match="over itself"):
        detect(answer, tmp_path / "new.csv", tmp_path / "new.csv")
    with pytest.raises(Refused, match="is not there"):
        detect(answer, tmp_path / "nowhere.csv", tmp_path / "out.csv")


def test_an_export_of_something_else_is_refused(tmp_path):
    zoo.export(zoo.build("vanilla", (3,), latent_dim=1), tmp_path / "plain")
    with pytest.raises(Refused, match="finds no anomalies in tables"):
        detector(tmp_path / "plain")


def test_of_several_detectors_one_is_named(answer, export, frame, tmp_path):
    inner = zoo.build("vanilla", (3,), latent_dim=1, output="real")
    several = Detectors([Detector(inner, threshold=1e9), Detector(inner, threshold=-1.0)])
    zoo.export(Standardized(several, [0] * 3, [1] * 3, COLUMNS), tmp_path / "e")
    frame.to_csv(tmp_path / "new.csv", index=False)
    for normal, flagged in ((0, 0), (1, 40)):
        told, _ = scored(detector(tmp_path / "e", normal=normal), tmp_path / "new.csv", tmp_path)
        assert f"{flagged} anomalies" in told
    with pytest.raises(Refused, match="say which with --normal"):
        detector(tmp_path / "e")
    with pytest.raises(Refused, match="has one detector"):
        detector(export, normal=1)


ALONE = """
import runpy, sys
sys.modules.update(dict.fromkeys(("keras", "tf_keras", "zoo", "recipes")))  # importing one now raises ImportError
sys.argv[0] = "detect"
runpy.run_module("serving.detect", run_name="__main__")
"""


def test_the_command_needs_neither_keras_nor_the_project(export, frame, tmp_path, fresh_python):
    frame.to_csv(tmp_path / "new.csv", index=False)
    run = fresh_python("-c", ALONE, export, tmp_path / "new.csv", tmp_path / "out.csv")
    assert run.stdout.startswith("Scored 40 rows")
    assert run.stderr == ""
    run = fresh_python("serving/detect.py", export, tmp_path / "nowhere", tmp_path / "out.csv")
    assert run.returncode == 1
    assert run.stderr == f"{tmp_path}/nowhere is not there: give the path to a table.\n"
