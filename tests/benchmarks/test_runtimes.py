"""What other runtimes are given, and how their answers are read: in JSON, in a page, in a program in C."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import runtimes
from benchmarks.runtimes import c_api, onnx_web, server
from benchmarks.runtimes._runtime import Job, Runtime

INPUTS = [{"name": "x", "dtype": "float32", "shape": [None, 2]}, {"name": "k", "dtype": "int32", "shape": []}]
ARRAYS = {
    "real": np.array([[1.5, -0.1], [np.nan, 1e-30]], "float32"),
    "whole": np.array(7, "int64"),
    "texts": np.array([b"", b"\xc3\xa9t\xc3\xa9 a", b"NaN"]),
    "bytes": np.zeros((0, 3), "uint8"),
    "flags": np.array([True, False]),
}


def test_each_is_found_by_its_file_and_its_environment_is_told_without_tensorflow(fresh_python):
    found = runtimes.found()
    assert next(iter(found)) == "tensorflow_2_21"
    assert len({each.place for each in found.values()}) == len({each.title for each in found.values()}) == len(found)
    script = "import runpy, sys\ntry: runpy.run_module('benchmarks.runtimes', run_name='__main__')\n"
    run = fresh_python("-c", script + "finally: assert not {'tensorflow', 'keras'} & sys.modules.keys()")
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == list(
        dict.fromkeys(f"{each.environment}/ready" for each in found.values() if each.environment)
    )
    assert fresh_python("-m", "benchmarks.runtimes", "onnx").stdout.split() == list(found["onnx"].packages)


def test_the_makefile_has_a_rule_for_each_environment(root):
    rules = (root / "Makefile").read_text("utf-8")
    for name, each in runtimes.found().items():
        if each.packages:
            special = f"{each.environment}/ready: benchmarks/runtimes/{name}.py" in rules
            assert special or each.environment == f".venv-elsewhere/{name}"


def test_what_is_not_installed_says_what_to_type():
    reason = Runtime(9, "any", "", "onnx", ".venv-elsewhere/unknown").lacks()
    assert reason == "it is not installed; type make .venv-elsewhere/unknown/ready"
    assert Runtime(9, "any", "", "onnx").lacks() == ""


def test_calls_are_golden_inputs_and_so_many_rows_as_are_timed():
    known = {"nearest/in/x": np.array([[1.0, 2.0], [3.0, 4.0]]), "nearest/in/k": np.array(3)}
    job = Job("any", Path("any"), {"onnx": {"nearest": {"inputs": INPUTS}}}, known, {"nearest": [1, 3]})
    given = job.given("onnx")["nearest"]
    assert list(given) == ["golden", "1", "3"]
    np.testing.assert_array_equal(given["golden"]["x"], known["nearest/in/x"])
    np.testing.assert_array_equal(given["1"]["x"], [[1.0, 2.0]])
    np.testing.assert_array_equal(given["3"]["x"], [[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    assert all(case["k"] == 3 for case in given.values())


def test_json_keeps_each_bit_and_each_byte():
    columns = {name: value for name, value in ARRAYS.items() if value.size}
    body = json.loads(server.request("encode", columns))
    assert body["signature_name"] == "encode"
    assert body["inputs"]["real"][1][0] is None
    assert body["inputs"]["texts"][1] == {"b64": "w6l0w6kgYQ=="}
    for name in ("real", "whole", "flags"):
        again = server.array(body["inputs"][name], ARRAYS[name].dtype.name)
        assert again.dtype == ARRAYS[name].dtype
        np.testing.assert_array_equal(again, ARRAYS[name])
    texts = server.array([["été", {"b64": "/w=="}]], "string")
    np.testing.assert_array_equal(texts, np.array([["été".encode(), b"\xff"]]))


def test_a_page_answers_in_bytes():
    arrays = {name: value for name, value in ARRAYS.items() if name != "texts"}
    sent = json.loads(onnx_web.packed({"golden": arrays, "1": arrays}))
    answer = {name: {**sent["golden"][name], "dtype": value.dtype.name} for name, value in arrays.items()}
    found = onnx_web.unpacked({"golden": answer, "1": 0.25})
    assert float(found.pop("seconds/1")) == 0.25
    for name, value in arrays.items():
        assert found[f"golden/{name}"].dtype == value.dtype
        np.testing.assert_array_equal(found[f"golden/{name}"], value)
    assert str(onnx_web.unpacked({"error": "no such operation.\n at ..."})["error"]) == "no such operation"


def test_the_program_in_c_is_asked_and_answers_in_tensors():
    words, content = c_api.packed("encode", "golden", ARRAYS).split(b"\n", 1)
    assert words == b"call encode 0 5"
    assert c_api.packed("encode", "256", {}) == b"call encode 30 0\n"
    found = c_api.unpacked(io.BytesIO(b"outputs 5\n" + content), "golden")
    assert list(found) == [f"golden/{name}" for name in ARRAYS]
    for name, value in ARRAYS.items():
        assert found[f"golden/{name}"].dtype == value.dtype
        np.testing.assert_array_equal(found[f"golden/{name}"], value)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"seconds 3\n" + np.array([1.0, 4.0, 2.0]).tobytes(), {"seconds/1": 2.0}),
        (b"error no such input: x\n", {"error": "no such input: x"}),
        (b"", {}),  # of a program that has ended
    ],
)
def test_the_program_in_c_says_how_long_it_takes_and_what_is_wrong(answer, found):
    assert {key: value[()] for key, value in c_api.unpacked(io.BytesIO(answer), "1").items()} == found
