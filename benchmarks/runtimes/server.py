"""The server of `serving/serve.py` over plain HTTP, in the form of TensorFlow Serving's requests, in columns."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from statistics import median
from typing import Any

import numpy as np

from benchmarks.runtimes._runtime import ROOT, Answers, Job, Runtime
from zoo.processes import PATIENCE, Arrays

ROWS = 1024  # as many as one request may hold
BYTES = 1 << 28  # likewise
LONGEST, MOST = 0.15, 30  # seconds and requests that are timed, after one that is not


class Served(Runtime):
    """Asks one server of all exports, by one connection."""

    def answers(self, jobs: Sequence[Job]) -> Iterator[tuple[str, Answers]]:
        """Yields what each export answers."""
        folders = [str(job.folder) for job in jobs]
        limits = ["--max-rows", str(ROWS), "--max-bytes", str(BYTES), "--missing"]
        command = [self.python, "-m", "serving.serve", *folders, "--port", "0", *limits]
        with (
            tempfile.TemporaryFile("w+") as faults,
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=faults, text=True) as server,
        ):
            try:
                address, _, said = str(server.stdout and server.stdout.readline()).partition(" answers ")
                if not said:
                    faults.seek(0)
                    raise RuntimeError(f"The server does not start: {faults.read()}")
                host = address.removeprefix("http://").partition("/")[0]
                for job in jobs:
                    yield job.name, asked(HTTPConnection(host, timeout=PATIENCE), job, self.format)
            finally:
                server.terminate()


def asked(connection: HTTPConnection, job: Job, format: str) -> Answers:
    """Returns what an export's signatures answer."""
    found: Answers = {}
    for name, cases in job.given(format).items():
        dtypes = {spec["name"]: spec["dtype"] for spec in job.signatures[format][name]["outputs"]}
        for case, inputs in cases.items():
            body = request(name, inputs)
            answer = json.loads(posted(connection, job.folder.name, body))
            if "error" in answer:
                found[name] = {"error": np.array(answer["error"].rstrip("."))}
                break
            if case.isdecimal():
                of_case: Arrays = {f"seconds/{case}": np.array(timed(connection, job.folder.name, body))}
            else:
                outputs = answer["outputs"]
                values = outputs if len(dtypes) > 1 else dict.fromkeys(dtypes, outputs)
                of_case = {f"{case}/{key}": array(values[key], dtype) for key, dtype in dtypes.items()}
            found.setdefault(name, {}).update(of_case)
    return found


def request(name: str, inputs: Arrays) -> bytes:
    """Returns the body of a request; texts go there in base64, as they may be no UTF-8."""
    columns = {each: column(value) for each, value in inputs.items()}
    return json.dumps({"signature_name": name, "inputs": columns}, allow_nan=False).encode()


def column(value: np.ndarray) -> Any:
    """Returns an array as lists of what JSON has; null is NaN."""
    if value.dtype.kind == "S":
        texts = [{"b64": base64.b64encode(text).decode()} for text in value.ravel().tolist()]
        value = np.array(texts, object).reshape(value.shape)
    elif value.dtype.kind == "f":
        value = np.where(np.isnan(value), None, value)
    return value.tolist()


def posted(connection: HTTPConnection, name: str, body: bytes) -> bytes:
    """Returns the answer to a request; asks again where the server has closed a connection that had nothing to do."""

    def sent() -> bytes:
        connection.request("POST", f"/v1/models/{name}:predict", body)
        return connection.getresponse().read()

    try:
        return sent()
    except (OSError, HTTPException):
        connection.close()  # is opened again by itself
        return sent()


def timed(connection: HTTPConnection, name: str, body: bytes) -> float:
    """Returns the median seconds until all of an answer is there, JSON and all."""
    seconds: list[float] = []
    while not seconds or (sum(seconds) < LONGEST and len(seconds) < MOST):
        start = time.perf_counter()
        posted(connection, name, body)
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def array(value: Any, dtype: str) -> np.ndarray:
    """Returns an array of what JSON holds; null is NaN, and texts that are no UTF-8 stand in base64."""
    if dtype != "string":
        return np.array(value, "float64" if np.dtype(dtype).kind == "f" else dtype).astype(dtype)
    texts = np.array(value, object)
    packed = [base64.b64decode(each["b64"]) if isinstance(each, dict) else each.encode() for each in texts.ravel()]
    return np.array(packed, "S").reshape(texts.shape)


RUNTIME = Served(
    place=4,
    title="HTTP",
    about="`serving/serve.py`: kserve",
    format="saved_model",
    environment=".venv-server",
    packages=("kserve==0.21.0", "tensorflow-cpu==2.21.0", "numpy==2.4.6"),
)
