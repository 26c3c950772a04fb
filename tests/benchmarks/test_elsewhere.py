"""The page of other runtimes: what was measured, and why the rest is not there."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import elsewhere
from zoo.autoencoder import Endpoint

RIGHT = {"difference": 2e-7, "milliseconds": {"1": 0.5, "256": 3.0}}
FOUND = {
    "exports": {
        "mnist-vae": {
            "encode": {
                "tensorflow_2_21": {"difference": 0.0, "milliseconds": {"1": 1.0, "256": 2.0}},
                "onnx": RIGHT,
                "litert": {**RIGHT, "difference": 1e-3},
                "openvino": {"refused": "no such operation"},
            },
            "decode": {"onnx": RIGHT},
        }
    },
    "lacking": {"c_api": "there is no C compiler"},
    "machine": {"processor": "a processor", "cores": 2, "load": 0.26},
}


def lines(page, word):
    """The cells of a page's lines that have a word in one cell."""
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|")]
    return [row for row in rows if word in row]


def test_the_page_says_what_is_right_how_far_off_and_how_fast():
    page = elsewhere.page(FOUND)
    of_onnx, of_litert = lines(page, "onnxruntime: in Python"), lines(page, "LiteRT: in Python")
    assert of_onnx == [["onnxruntime: in Python", "onnx", "2", "2", "2.0e-7", "0.5", "1.5"]]
    assert of_litert == [["LiteRT: in Python", "litert", "1", "0", "1.0e-3", "0.5", "1.5"]]
    far, fast = lines(page, "`encode`")
    titles = next(row for row in lines(page, "signature") if "onnxruntime" in row)
    far, fast = dict(zip(titles, far, strict=True)), dict(zip(titles, fast, strict=False))
    assert far["export"] == "mnist-vae"
    assert [far[title] for title in ("TensorFlow 2.21", "onnxruntime", "LiteRT", "OpenVINO", "C")] == [
        "0",
        "2.0e-7",
        "1.0e-3",
        "-",
        "",
    ]
    assert (fast["TensorFlow 2.21"], fast["onnxruntime"], fast["OpenVINO"]) == ("1; 2", "0.5; 3", "")
    assert "- `encode` of mnist-vae, in OpenVINO: no such operation." in page
    assert "- C: there is no C compiler." in page
    assert "2 cores of a processor, with a load of 0.3 when it began" in page


def test_a_signature_that_differs_fails_the_run_and_a_runtime_that_is_not_there_does_not():
    assert elsewhere.wrong(FOUND, ["mnist-vae"]) == ["encode of mnist-vae differs by 0.001 in LiteRT."]
    alone = {**FOUND, "exports": {"mnist-vae": {"encode": {"onnx": RIGHT, "openvino": {"refused": "no"}}}}}
    assert elsewhere.wrong(alone, ["mnist-vae"]) == []


def test_the_page_says_what_rounding_costs():
    found = {"exact": {"mse": 0.0125, "probe_error": 0.11}, "rounded": {"mse": 0.01251, "probe_error": 0.1102}}
    found |= {"bytes": {"onnx": 2e6, "onnx_int8": 5e5}, "milliseconds": {"onnx": 2.5, "onnx_int8": 1.25}}
    page = elsewhere.page(FOUND, {"exports": {"mnist-vae": found}, "machine": FOUND["machine"]})
    assert "| mnist-vae | mse | 0.0125 | 0.01251 | 2.00 and 0.50 | 2.5 and 1.25 |\n|  | probe_error | 0.11 |" in page


def test_what_is_left_out_for_the_same_reason_is_said_once():
    refused = {"onnx": {"refused": "it takes texts"}, "litert": {"refused": "it takes texts"}, "openvino": RIGHT}
    found = [("text", "encode", refused), ("text", "score", refused), ("text", "decode", {**refused, "litert": RIGHT})]
    found += [("more", "encode", refused), ("more", "score", refused)]
    assert elsewhere.left_out(found, {}) == [
        "- `encode`, `score` of text, more, in onnxruntime, LiteRT: it takes texts.",
        "- `decode` of text, in onnxruntime: it takes texts.",
    ]


def test_an_answer_is_compared_with_golden_outputs_and_an_error_is_told():
    signature = {"outputs": [{"name": "code"}, {"name": "words"}]}
    known = {"encode/out/code": np.array([4.0, 2.0]), "encode/out/words": np.array([b"a"])}
    answer = {"golden/code": np.array([4.0, 2.5]), "golden/words": np.array([b"a"]), "seconds/1": np.array(0.0012345)}
    found = elsewhere.compared(answer, "encode", known, signature)
    assert found == {"difference": 0.125, "milliseconds": {"1": 1.23}}  # 0.5 of 4
    assert elsewhere.compared({**answer, "golden/words": np.array([b"b"])}, "encode", known, signature)[
        "difference"
    ] == float("inf")
    assert elsewhere.compared({"error": np.array("no")}, "encode", known, signature) == {"refused": "no"}


@pytest.mark.parametrize(
    ("shape", "seen", "others", "expected"),
    [
        ((None, 3), {"1": {"tensorflow": 5.0}, "256": {"tensorflow": 299.0}}, {}, [1, 256]),
        ((None, 3), {"1": {"tensorflow": 5.0}, "256": {"tensorflow": 301.0}}, {}, [1]),
        ((None, 3), {"1": {"tensorflow": 5.0}}, {}, [1]),  # which was not waited for
        ((None, 3), None, {}, [1]),  # of texts, which no other format takes
        ((2,), None, {}, []),
        ((None, 3), None, {"x": np.zeros(3)}, []),
    ],
)
def test_calls_that_take_long_are_not_timed_nor_are_those_without_rows(shape, seen, others, expected):
    endpoint = Endpoint(lambda x: {"y": x}, (tf.TensorSpec(shape, name="x"),), others=others)
    listed = [] if seen is None else [{"inputs": []}, {"milliseconds": seen}]
    assert elsewhere.counts(endpoint, listed) == expected


def test_a_signature_is_described_as_formats_list_it():
    endpoint = Endpoint(lambda x: {"y": x[:, 0]}, (tf.TensorSpec((None, 3), name="x"),))
    assert elsewhere.described(endpoint) == {
        "inputs": [{"name": "x", "dtype": "float32", "shape": [None, 3]}],
        "outputs": [{"name": "y", "dtype": "float32", "shape": [None]}],
    }
