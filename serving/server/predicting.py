"""TensorFlow Serving's `:predict`, from the object that JSON gives to the one that it takes, without a server.

    {"signature_name": "encode", "instances": [ROW, ...]}       gives {"predictions": [...]}
    {"signature_name": "encode", "inputs": {"x": [ROW, ...]}}   gives {"outputs": ...}

A row is the value of the only input, or an object with a value for each. An answer holds the value of the only
output, or an object with a value for each. JSON has no NaN and no infinity: null stands for both there.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from serving.refusing import Refused
from serving.server.tensors import Limits, tensor
from serving.signatures import Signature

DEFAULT = "serving_default"
KEYS = {"signature_name", "instances", "inputs"}
# Lines with which TensorFlow begins, before it says what is wrong.
PREAMBLE = ("Graph execution error", "Detected at node", "<stack traces", "{{function_node")


class Call(NamedTuple):
    """What a request asks for.

    Attributes:
        name: The signature's name.
        signature: What is called.
        inputs: By name, what it gets.
        rows: How many rows are to be answered one by one; None if outputs are to come as they are.
    """

    name: str
    signature: Signature
    inputs: dict[str, np.ndarray]
    rows: int | None


def predict(signatures: Mapping[str, Signature], body: Any, limits: Limits) -> dict[str, Any]:
    """Answers a request.

    Args:
        signatures: The export's, by name.
        body: What the request holds.
        limits: What one request may ask for.

    Returns:
        What the answer holds: arrays of NumPy beside what JSON has.

    Raises:
        Refused: If the request is not what it should be, or cannot be computed.
    """
    call = asked(signatures, body, limits)
    try:
        found = call.signature.call(call.inputs)
    except Exception as error:  # names, shapes and types are right: the graph refuses values, by whatever it raises
        raise Refused(f"{call.name!r} cannot be computed of these values: {reason(error)}.") from None
    return answer(call, found)


def asked(signatures: Mapping[str, Signature], body: Any, limits: Limits) -> Call:
    """Returns what a request asks for.

    Raises:
        Refused: If it is not what it should be; says what is.
    """
    if not isinstance(body, dict) or ("instances" in body) == ("inputs" in body):
        raise Refused('The request must be an object of JSON with "instances" or "inputs", and one of them alone.')
    if others := sorted(body.keys() - KEYS):
        raise Refused(f"The request holds {others[0][:80]!r}, which is unknown: it may hold {', '.join(sorted(KEYS))}.")
    name = body.get("signature_name", DEFAULT)
    if not isinstance(name, str) or name not in signatures:
        raise Refused(
            f"There is no signature {str(name)[:80]!r}: choose signature_name from {', '.join(sorted(signatures))}."
        )
    signature = signatures[name]
    columns = (
        by_rows(name, signature, body["instances"]) if "instances" in body else by_names(signature, body["inputs"])
    )
    if not isinstance(columns, dict) or columns.keys() != signature.inputs.keys():
        raise Refused(f"{name!r} takes {wanted(signature)}. Received: {received(columns)}.")
    inputs = {each: tensor(each, spec, columns[each], limits) for each, spec in signature.inputs.items()}
    return Call(name, signature, inputs, len(body["instances"]) if "instances" in body else None)


def by_names(signature: Signature, inputs: Any) -> Any:
    """Returns inputs by name; the value of the only one may stand alone."""
    alone = len(signature.inputs) == 1 and not isinstance(inputs, dict)
    return {next(iter(signature.inputs)): inputs} if alone else inputs


def by_rows(name: str, signature: Signature, instances: Any) -> dict[str, Any]:
    """Returns inputs by name, out of rows.

    Raises:
        Refused: If there are none, or the signature does not take rows, or they are not all of one form.
    """
    if not isinstance(instances, list) or not instances:
        raise Refused('"instances" must be a list of at least one row.')
    same = [each for each, spec in signature.inputs.items() if spec.shape[:1] != (None,)]
    if same or not signature.inputs:
        reason = f"takes {same[0]}, which is the same for all rows" if same else "takes nothing"
        raise Refused(f'{name!r} {reason}: give "inputs", an object with a value for each name.')
    names = signature.inputs.keys()
    objects = [isinstance(row, dict) and (row.keys() != {"b64"} or "b64" in names) for row in instances]
    if not any(objects) and len(names) == 1:
        return {next(iter(names)): instances}
    for place, row in enumerate(instances):
        if not objects[place] or row.keys() != names:
            raise Refused(f"Row {place} must hold {wanted(signature)}. Received: {received(row)}.")
    return {each: [row[each] for row in instances] for each in names}


def wanted(signature: Signature) -> str:
    """Says what a signature takes."""
    return ", ".join(f"{name} {spec}" for name, spec in signature.inputs.items()) or "nothing"


def received(value: Any) -> str:
    """Says what names were given."""
    return f"{', '.join(sorted(value)) or 'nothing':.200}" if isinstance(value, dict) else "no object with names"


def reason(error: Exception) -> str:
    """Returns the line of an error of others that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith(PREAMBLE)]
    return f"{said[0].rstrip('.:') if said else type(error).__name__:.300}"


def answer(call: Call, found: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Returns what the answer holds.

    Raises:
        Refused: If JSON has no such values, or outputs have no row for each that was given.
    """
    values = {name: plain(name, value) for name, value in found.items()}
    if call.rows is None:
        return {"outputs": next(iter(values.values())) if len(values) == 1 else values}
    if uneven := [name for name, value in found.items() if value.shape[:1] != (call.rows,)]:
        raise Refused(f'{call.name!r} gives {uneven[0]}, which has no row for each of "instances": give "inputs".')
    if len(values) == 1:
        return {"predictions": next(iter(values.values()))}
    return {"predictions": [{name: value[row] for name, value in values.items()} for row in range(call.rows)]}


def plain(name: str, value: np.ndarray) -> Any:
    """Returns what JSON is made of: numbers as an array, texts in lists."""
    if value.dtype.kind in "SUO":
        return texts(value.tolist())
    if value.dtype.kind not in "fiub":
        raise Refused(f"{name} is {value.dtype}, which JSON has not: call the export without a server.")
    return np.ascontiguousarray(value) if value.ndim else value[()]


def texts(value: Any) -> Any:
    """Returns texts; what is not UTF-8 as {"b64": TEXT}, in the way that TensorFlow Serving has bytes."""
    if isinstance(value, list):
        return [texts(each) for each in value]
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(value).decode()}
