"""The page of other runtimes: what was measured, and why the rest is not there."""

from benchmarks import elsewhere

RIGHT = {"difference": 2e-7, "milliseconds": {"1": 0.5, "256": 3.0}, "tensorflow": {"1": 1.0, "256": 2.0}}
FOUND = {
    "exports": {
        "mnist-vae": {
            "encode": {
                "onnx": RIGHT,
                "litert": {**RIGHT, "difference": 1e-3},
                "openvino": {"refused": "no such operation"},
            }
        }
    },
    "machine": {"processor": "a processor", "cores": 2, "load": 0.26},
}


def test_the_page_says_what_is_right_how_far_off_and_how_fast():
    page = elsewhere.page(FOUND)
    assert "| onnxruntime | 1 | 1 | 2.0e-07 | 0.5 | 1.5 |" in page
    assert "| LiteRT | 1 | 0 | 1.0e-03 | nan | nan |" in page
    assert "| mnist-vae | `encode` | 1; 2 | 2.0e-07; 0.5; 3 | 1.0e-03; 0.5; 3 | left out |" in page
    assert "- `encode` of mnist-vae, in OpenVINO: no such operation." in page
    assert "not run" not in page
    assert "2 cores of a processor, with a load of 0.3 when it began" in page


def test_a_signature_that_differs_fails_the_run_and_a_runtime_that_is_not_there_does_not():
    assert elsewhere.wrong(FOUND, ["mnist-vae"]) == ["encode of mnist-vae differs by 0.001 in LiteRT."]
    alone = {**FOUND, "exports": {"mnist-vae": {"encode": {"onnx": RIGHT}}}}
    assert elsewhere.wrong(alone, ["mnist-vae"]) == []
    page = elsewhere.page(alone)
    assert "| 2.0e-07; 0.5; 3 | not run | not run |" in page
    assert "- LiteRT, where it was not run: it was not installed; type make .venv-elsewhere/litert/ready." in page
    assert "| OpenVINO | 0 | 0 | n/a | nan | nan |" in page


def test_the_page_says_what_rounding_costs():
    found = {"exact": {"mse": 0.0125, "probe_error": 0.11}, "rounded": {"mse": 0.01251, "probe_error": 0.1102}}
    found |= {"bytes": {"onnx": 2e6, "onnx_int8": 5e5}, "milliseconds": {"onnx": 2.5, "onnx_int8": 1.25}}
    page = elsewhere.page(FOUND, {"exports": {"mnist-vae": found}, "machine": FOUND["machine"]})
    assert "| mnist-vae | mse | 0.0125 | 0.01251 | 2.00 and 0.50 | 2.5 and 1.25 |\n|  | probe_error | 0.11 |" in page


def test_what_is_left_out_for_the_same_reason_is_said_once():
    refused = {"onnx": {"refused": "it takes texts"}, "litert": {"refused": "it takes texts"}, "openvino": RIGHT}
    found = [("text", "encode", refused), ("text", "score", refused), ("text", "decode", {**refused, "litert": RIGHT})]
    assert elsewhere.left_out(found) == [
        "- `encode`, `score` of text, in onnxruntime, LiteRT: it takes texts.",
        "- `decode` of text, in onnxruntime: it takes texts.",
    ]
