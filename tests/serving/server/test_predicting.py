"""Requests of TensorFlow Serving's form become tensors exactly, or a sentence says why not; answers likewise."""

import base64
import json

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.refusing import Refused
from serving.server.predicting import predict
from serving.server.tensors import Limits, tensor
from serving.signatures import Signature, Spec

LIMITS = Limits(rows=8)


def graph(inputs):
    if inputs["x"].sum() < 0:
        raise ValueError(
            "Graph execution error:\n\nDetected at node a\n<stack traces unavailable>\nx is below 0.\n\t[[a]]"
        )
    return {"sum": inputs["x"].sum(axis=1)}


SIGNATURES = {
    "serving_default": Signature(graph, {"x": Spec("float32", (None, 2))}, ("sum",)),
    "times": Signature(
        lambda inputs: {"y": inputs["x"] * inputs["k"], "big": inputs["x"][:, 0] > 1},
        {"x": Spec("float32", (None, 2)), "k": Spec("int32", ())},
        ("y", "big"),
    ),
    "both": Signature(
        lambda inputs: {"longer": inputs["text"] + inputs["end"], "count": np.array(len(inputs["text"]))},
        {"text": Spec("string", (None,)), "end": Spec("string", (None,))},
        ("longer", "count"),
    ),
    "joined": Signature(
        lambda inputs: {"text": inputs["text"] + inputs["end"]},
        {"text": Spec("string", (None,)), "end": Spec("string", (None,))},
        ("text",),
    ),
    "words": Signature(lambda _: {"word": np.array([b"a", b"\xff"], object)}, {}, ("word",)),
    "complex": Signature(lambda inputs: inputs, {"z": Spec("complex64", (None,))}, ("z",)),
}


def answered(limits=LIMITS, **body):
    """What a request is answered, arrays as lists."""
    return json.loads(json.dumps(predict(SIGNATURES, body, limits), default=lambda value: value.tolist()))


def test_rows_and_columns_are_answered_as_tensorflow_serving_does():
    assert answered(instances=[[1, 2], [3, 4.5]]) == {"predictions": [3, 7.5]}
    assert answered(instances=[{"x": [1, 2]}]) == {"predictions": [3]}
    assert answered(inputs=[[1, 2]]) == answered(inputs={"x": [[1, 2]]}) == {"outputs": [3]}
    found = answered(signature_name="times", inputs={"x": [[1, 2]], "k": 3})
    assert found == {"outputs": {"y": [[3, 6]], "big": [False]}}
    rows = [{"text": "a", "end": "b"}, {"text": "ü", "end": ""}]
    assert answered(signature_name="joined", instances=rows) == {"predictions": ["ab", "ü"]}
    assert answered(signature_name="words", inputs={}) == {
        "outputs": ["a", {"b64": base64.b64encode(b"\xff").decode()}]
    }


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "must be an object of JSON"),
        ({}, '"instances" or "inputs"'),
        ({"instances": [[1, 2]], "inputs": [[1, 2]]}, "one of them alone"),
        ({"instances": [[1, 2]], "signature": "times"}, "holds 'signature', which is unknown"),
        ({"instances": [[1, 2]], "signature_name": "time"}, "no signature 'time': choose .* both, complex, joined"),
        ({"instances": [[1, 2]], "signature_name": ["times"]}, "There is no signature"),
        ({"instances": []}, "at least one row"),
        ({"instances": {"x": [1, 2]}}, "at least one row"),
        ({"instances": [{"x": [1, 2]}, [1, 2]]}, r"Row 1 must hold x float32 \(any, 2\)"),
        ({"instances": [{"y": [1, 2]}]}, "Row 0 must hold .* Received: y"),
        ({"instances": [[1, 2]], "signature_name": "times"}, "takes k, which is the same for all rows: give"),
        ({"instances": [1], "signature_name": "words"}, "takes nothing: give"),
        ({"inputs": {"y": [[1, 2]]}}, r"takes x float32 \(any, 2\). Received: y"),
        ({"inputs": [[1, 2]], "signature_name": "times"}, "Received: no object with names"),
        ({"instances": [[1, 2, 3]]}, r"x must be float32 \(any, 2\). Received: shape \(1, 3\)"),
        ({"instances": [[1], [2, 3]]}, r"different shapes, \(1,\) and \(2,\)"),
        ({"instances": [[1, 2], 3]}, "lists beside single values"),
        ({"instances": [["1", 2]]}, "Received: texts"),
        ({"instances": [[True, 2]]}, "Received: true or false"),
        ({"instances": [[None, 2]]}, "null is none of it"),
        ({"instances": [[1e39, 2]]}, "a number beyond float32"),
        ({"instances": [[1, 2]] * 9}, "has 9 rows: give at most 8"),
        ({"instances": [[-1, 0]]}, "'serving_default' cannot be computed of these values: x is below 0."),
        ({"inputs": {"x": [[1, 2]], "k": 1.0}, "signature_name": "times"}, "Received: numbers with a fraction"),
        ({"inputs": {"x": [[1, 2]], "k": 2**31}, "signature_name": "times"}, "a number beyond int32"),
        ({"inputs": {"x": [[1, 2]], "k": 9}, "signature_name": "times"}, "k is 9: give at most 8"),
        ({"instances": [{"text": "a", "end": 1}], "signature_name": "both"}, "Received: whole numbers"),
        ({"instances": [{"text": "a", "end": {"b64": "?"}}], "signature_name": "both"}, "in base64"),
        ({"instances": [{"text": "a", "end": "b"}], "signature_name": "both"}, "gives count, which has no row"),
        ({"inputs": json.loads("[" * 500 + "]" * 500)}, "more than 32 deep"),
        ({"instances": [1], "signature_name": "complex"}, "which JSON has not"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(body, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        predict(SIGNATURES, body, LIMITS)
    assert "\n" not in str(refused.value)


def test_null_is_nan_where_it_is_asked_for():
    found = tensor("x", Spec("float32", (None,)), [None, 1], Limits(missing=True))
    np.testing.assert_array_equal(found, np.float32([np.nan, 1]))
    with pytest.raises(Refused, match="null is none of it"):
        tensor("x", Spec("int32", (None,)), [None, 1], Limits(missing=True))


def test_base64_is_bytes():
    found = tensor("x", Spec("string", (None,)), [{"b64": "/w=="}, "\x00a\x00"], LIMITS)
    assert found.tolist() == [b"\xff", "\x00a\x00"]


@given(
    arrays.arrays(
        st.sampled_from(["float32", "float64", "int32", "int64", "uint8", "bool"]), arrays.array_shapes(min_dims=0)
    )
)
def test_any_tensor_comes_through(value):
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        value = np.zeros_like(value)
    spec = Spec(value.dtype.name, tuple(None for _ in value.shape))
    found = tensor("x", spec, json.loads(json.dumps(value.tolist())), Limits(rows=2**63))
    assert found.dtype == value.dtype
    np.testing.assert_array_equal(found, value)


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aé\x00=", max_size=4)
)
junk = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["x", "k", "b64", "text"]), inner),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {}, optional={"signature_name": st.sampled_from([*SIGNATURES]) | junk, "instances": junk, "inputs": junk}
    )
)
def test_junk_is_refused_or_answered(body):
    try:
        said = predict(SIGNATURES, body, LIMITS)
    except Refused as refused:
        said = {"error": str(refused)}
    assert len(said.keys() & {"predictions", "outputs", "error"}) == 1
    assert "\n" not in said.get("error", "")
