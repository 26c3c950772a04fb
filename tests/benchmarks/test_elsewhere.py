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
    assert "- OpenVINO, `encode` of mnist-vae: no such operation." in page
    assert "2 cores of a processor, with a load of 0.3 when it began" in page
