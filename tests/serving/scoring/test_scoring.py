"""Every row is scored once, or set aside with the reason; whatever a source is, and whenever it is killed."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper
from PIL import Image

from serving import text_files
from serving.refusing import Refused
from serving.score import sources
from serving.scoring import work
from serving.scoring.work import Plan

ROOT = Path(__file__).resolve().parent.parent.parent.parent
OWN = ROOT / ".venv-beam" / "bin" / "python"  # where Beam is


def export(folder: Path, shape: tuple[int, ...]) -> Path:
    """Makes an export whose `score` is the sum of a row, times `factor`."""
    (folder / "onnx").mkdir(parents=True)
    axes = helper.make_tensor("axes", TensorProto.INT64, [len(shape)], list(range(1, len(shape) + 1)))
    nodes = [
        helper.make_node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "factor"], ["score"]),
    ]
    x, factor, score = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
        for name, size in (("x", [None, *shape]), ("factor", []), ("score", [None]))
    )
    graph = helper.make_graph(nodes, "sum", [x, factor], [score], [axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, folder / "onnx" / "score.onnx")
    listed = {
        "file": "score.onnx",
        "inputs": [
            {"name": "x", "dtype": "float32", "shape": [None, *shape]},
            {"name": "factor", "dtype": "float32", "shape": []},
        ],
        "outputs": [{"name": "score", "dtype": "float32", "shape": [None], "tensor": "score"}],
    }
    record = {"signatures": {"score": listed}, "refused": {"sample": "it draws"}}
    (folder / "onnx" / "signatures.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="module")
def sums(tmp_path_factory):
    """An export that takes three numbers."""
    return export(tmp_path_factory.mktemp("sums"), (3,))


def plan(folder: Path, **options) -> Plan:
    return Plan(str(folder), "score", **{"format": "onnx", "given": {"factor": 2.0}, **options})


def score(made: Plan, source: Path, out: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores a source; returns the rows that were, in order, and those that were set aside."""
    work.prepare(made, [source], out)
    counts = list(work.scored(made, made.load(), source, out))
    found, bad = results(out)
    assert [sum(each) for each in zip(*counts, strict=True)][1:] == [len(found), len(bad)]
    return found, bad


def results(out: Path) -> list[pd.DataFrame]:
    parts = [sorted((out / name).glob("*.csv")) for name in (work.SCORES, work.BAD)]
    tables = [pd.concat(map(pd.read_csv, each)) for each in parts]
    return [table.sort_values("row").reset_index(drop=True) for table in tables]


BAD_ROWS = {
    3: ("4,five,6", "column 'b' holds 'five': it must hold a number of type float32"),
    4: ("7,8", "it has 2 cells, and the first line 3"),
    5: ("9,10,11,12", "it has 4 cells, and the first line 3"),
    6: ("nan,1,1", "column 'a' holds 'nan': it must hold a number of type float32"),
    7: ("1e39,1,1", "column 'a' holds '1e39': it must hold a number of type float32"),
    8: (",1,1", "column 'a' holds '': it must hold a number of type float32"),
}


def test_rows_of_text_are_scored_or_set_aside_with_the_reason(sums, tmp_path):
    source = tmp_path / "in.csv"
    lines = ["a,b,c", "1,2,3", *(text for text, _ in BAD_ROWS.values()), '"10",20,30', "", "0.5,0,0"]
    source.write_text("\n".join(lines))
    found, bad = score(plan(sums), source, tmp_path / "out")
    assert dict(zip(found["row"], found["score"], strict=True)) == {2: 12, 9: 120, 11: 1}
    assert dict(zip(bad["row"], bad["reason"], strict=True)) == {row: why for row, (_, why) in BAD_ROWS.items()}
    assert set(found["source"]) == set(bad["source"]) == {str(source)}


def test_other_dialects_and_parquet_give_the_same(sums, tmp_path):
    x = np.random.default_rng(0).normal(size=(500, 3)).round(4)
    frame = pd.DataFrame(x, columns=["a", "b", "c"]).assign(name="n")
    frame.to_csv(tmp_path / "a.csv", index=False)
    with gzip.open(tmp_path / "b.csv.gz", "wt", encoding="utf-16") as opened:
        frame.to_csv(opened, sep=";", decimal=",", index=False)
    frame.to_parquet(tmp_path / "c.parquet")
    made = plan(sums, columns=("c", "b", "a"))
    for name in ("a.csv", "b.csv.gz", "c.parquet"):
        found, bad = score(made, tmp_path / name, tmp_path / f"out-{name}")
        assert bad.empty
        np.testing.assert_allclose(found["score"], 2 * x.sum(axis=1), atol=1e-5)
        assert found["row"].tolist() == list(range(len(x)) + np.array(1 if "parquet" in name else 2))


def test_pictures_are_scored_and_others_set_aside(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    for name, size, value in (("deep/a.png", (4, 5), 3), ("b.png", (4, 5), 7), ("c.png", (5, 4), 1)):
        Image.new("L", size, value).save(folder / name)
    (folder / "d.png").write_bytes(b"no picture")
    found, bad = score(plan(export(tmp_path / "export", (5, 4))), folder, tmp_path / "out")
    assert dict(zip(found["row"], found["score"], strict=True)) == {"deep/a.png": 120, "b.png": 280}
    assert bad["row"].tolist() == ["c.png", "d.png"]
    assert "is 5 x 4 pixels, and must be float32 (any, 5, 4): resize it" in bad["reason"][0]
    assert "is no whole picture" in bad["reason"][1]


def test_records_are_scored_and_others_set_aside(sums, tmp_path):
    import tensorflow as tf

    def record(**features):
        lists = {name: tf.train.Feature(float_list=tf.train.FloatList(value=value)) for name, value in features.items()}
        return tf.train.Example(features=tf.train.Features(feature=lists)).SerializeToString()

    rows = [
        record(x=[1, 2, 3]),
        record(x=[1, 2]),
        record(y=[1]),
        b"\xff\xff",
        record(x=[1, 1, np.nan]),
        record(x=[0, 0, 4]),
    ]
    with tf.io.TFRecordWriter(str(tmp_path / "in.tfrecord")) as writer:
        for each in rows:
            writer.write(each)
    content = (tmp_path / "in.tfrecord").read_bytes()
    (tmp_path / "in.tfrecord").write_bytes(content + content[:-3])  # all twice, the last one cut
    found, bad = score(plan(sums), tmp_path / "in.tfrecord", tmp_path / "out")
    assert dict(zip(found["row"], found["score"], strict=True)) == {1: 12, 6: 8, 7: 12}
    assert bad["row"].tolist() == [2, 3, 4, 5, 8, 9, 10, 11, 12]
    reasons = bad["reason"].tolist()
    assert "has 2 numbers, and must have float32 (any, 3)" in reasons[0]
    assert "has no feature 'x'" in reasons[1]
    assert "is not finite" in reasons[3]
    assert "what follows it cannot be read" in reasons[8]


@pytest.fixture
def many(tmp_path, monkeypatch):
    """A table that is read in many blocks, of which every hundredth row is bad."""
    monkeypatch.setattr(text_files, "BLOCK", 1 << 10)
    monkeypatch.setattr(text_files, "HEAD", 1 << 10)
    source = tmp_path / "in.csv"
    rows = [f"{i},1,{'x' if i % 100 == 99 else 0}" for i in range(2000)]
    source.write_text("\n".join(["a,b,c", *rows]) + "\n")
    return source


def test_what_is_interrupted_goes_on_and_ends_the_same(many, sums, tmp_path, monkeypatch):
    made = plan(sums)
    whole = score(made, many, tmp_path / "whole")
    assert len(whole[0]) == 1980
    real, written = work.write, []

    def write(file, text):
        if len(written) == 15:  # in the middle of a part: its bad rows are there, its scores are not
            raise KeyboardInterrupt
        written.append(file)
        real(file, text)

    monkeypatch.setattr(work, "write", write)
    with pytest.raises(KeyboardInterrupt):
        score(made, many, tmp_path / "out")
    monkeypatch.setattr(work, "write", real)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "out" / work.SCORES).iterdir()}
    assert 3 < len(before) < 12
    found = score(made, many, tmp_path / "out")
    assert all(file.stat().st_mtime_ns == when for file, when in before.items())
    for one, other in zip(found, whole, strict=True):
        pd.testing.assert_frame_equal(one, other)
        assert one["row"].is_unique


def test_what_does_not_fit_is_refused_before_anything_is_done(sums, many, tmp_path):
    out = tmp_path / "out"
    cases = {
        r"no signature 'sample' \(it draws\): choose of score": plan(sums, given={}),
        "takes factor that is the same for all rows: give --given NAME=NUMBER": plan(sums, given={}),
        "There is no column 'z': choose of 'a', 'b', 'c'": plan(sums, columns=("z",)),
        "there are 2 columns, 'a', 'b': name those that it takes with --columns": plan(sums, columns=("a", "b")),
    }
    for sentence, made in cases.items():
        made = Plan(**{**vars(made), "signature": "sample"}) if "sample" in sentence else made
        with pytest.raises(Refused, match=sentence):
            work.prepare(made, [many], out)
    assert not out.exists()
    work.prepare(plan(sums), [many], out)
    with pytest.raises(Refused, match="holds scores of something else"):
        work.prepare(plan(sums, given={"factor": 3.0}), [many], out)
    os.utime(many, ns=(1, 1))
    with pytest.raises(Refused, match="or its sources have changed"):
        work.prepare(plan(sums), [many], out)
    with pytest.raises(Refused, match="holds something else: give a new folder"):
        work.prepare(plan(sums), [many], tmp_path)
    assert sources(tmp_path / "out") == [tmp_path / "out"]
    assert sources(many.parent) == [many]
    for source, sentence in ((tmp_path / "no.csv", "is not there"), (Path(__file__), "is read by nothing")):
        with pytest.raises(Refused, match=sentence):
            work.reader(source)


@pytest.fixture
def beam():
    """Runs `python -m serving.score ARGUMENTS` where Beam is installed."""
    try:
        import apache_beam  # noqa: F401

        python = sys.executable
    except ImportError:
        if not OWN.exists():
            pytest.skip("Apache Beam is not installed: type make .venv-beam/ready")
        python = str(OWN)
    return lambda *arguments: subprocess.Popen(
        [python, "-m", "serving.score", *map(str, arguments)], cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.slow
def test_a_pipeline_of_beam_is_killed_and_goes_on(sums, tmp_path, beam):
    (tmp_path / "in").mkdir()
    count = 60_000
    for name in "ab":
        rows = "\n".join(f"{i},1,{'x' if i % 1000 == 999 else 0}" for i in range(count))
        (tmp_path / "in" / f"{name}.csv").write_text(f"a,b,c\n{rows}\n")
    out = tmp_path / "out"
    command = (sums, tmp_path / "in", out, "--format", "onnx", "--given", "factor=2")
    process = beam(*command)
    while process.poll() is None and len(list(out.glob("scores/[!.]*"))) < 2:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (out / work.DONE).exists()
    process = beam(*command)
    text, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert re.search(rf"^{2 * count - 120:,} rows are scored in \S+, 120 set aside in", text, re.MULTILINE)
    found, bad = results(out)
    assert len(found) == 2 * count - 120
    assert not found.duplicated(["source", "row"]).any()
    assert (found["score"] == 2 * (found["row"] - 2 + 1)).all()
    assert len(bad) == 120
    process = beam(sums, tmp_path / "in", out, "--format", "onnx", "--given", "factor=3")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert "holds scores of something else" in errors
