"""A server in a process of its own answers plain HTTP as the export does; bad requests get a sentence, never a 5xx."""

import http.client
import json
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from serving import serve
from serving.refusing import Refused
from serving.serve import listening, load
from serving.verify import read_golden

ROOT = Path(__file__).resolve().parent.parent.parent.parent
OWN = ROOT / ".venv-server" / "bin" / "python"  # where kserve is
EXPORT = ROOT / "exported" / "mnist-sparse"
MOST = 1_000_000


def test_two_exports_of_one_name_and_a_port_in_use_are_refused(tmp_path):
    with listening("127.0.0.1", 0) as taken, pytest.raises(Refused, match="give another --host or --port"):
        listening("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(Refused, match="Two exports are called 'a'"):
        load([tmp_path / "a", tmp_path / "b" / "a"])


def test_a_graph_is_trusted_only_where_it_is_said(monkeypatch, tmp_path):
    seen = []
    format = SimpleNamespace(FOLDER="saved_model", load=lambda folder, trusted: seen.append((folder, trusted)))
    monkeypatch.setattr(serve, "runtime", lambda _: format)
    load([tmp_path])
    load([tmp_path], trusted=True)
    assert seen == [(tmp_path / "saved_model", False), (tmp_path / "saved_model", True)]


@pytest.fixture(scope="module")
def python():
    """A Python that has kserve."""
    try:
        import kserve  # noqa: F401

        return sys.executable
    except ImportError:
        if not OWN.exists():
            pytest.skip("kserve is not installed: type make .venv-server/ready")
        return str(OWN)


@pytest.fixture(scope="module")
def server(python, tmp_path_factory):
    """A server's process, its port, and the file that gets what it complains of."""
    errors = tmp_path_factory.mktemp("server") / "errors.txt"
    command = [python, "-m", "serving.serve", EXPORT, "--port", "0", "--max-bytes", str(MOST)]
    with errors.open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=file, text=True)
        line = process.stdout.readline()
        found = re.match(r"http://127\.0\.0\.1:(\d+)/v1/models/mnist-sparse:predict answers .*encode", line)
        assert found, line + errors.read_text()
        yield process, int(found[1]), errors
        process.kill()
        process.communicate()


def asked(port: int, path: str, body: bytes | str | None = None, method: str | None = None, headers=()):
    """The status of an answer, and what it holds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method or ("GET" if body is None else "POST"), path, body, dict(headers))
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text[:1] == b"{" else text.decode()


def predict(port: int, **body):
    return asked(port, "/v1/models/mnist-sparse:predict", json.dumps(body))


@pytest.mark.slow
def test_every_signature_answers_what_it_should(server):
    _, port, _ = server
    for name, (inputs, outputs) in read_golden(EXPORT / "golden.npz").items():
        status, found = predict(port, signature_name=name, inputs={key: x.tolist() for key, x in inputs.items()})
        assert status == 200, found
        values = found["outputs"] if len(outputs) > 1 else {next(iter(outputs)): found["outputs"]}
        for key, expected in outputs.items():
            np.testing.assert_allclose(values[key], expected, rtol=1e-5, atol=1e-5)
        [(_, x)] = inputs.items()
        assert predict(port, signature_name=name, instances=x.tolist())[1]["predictions"] == found["outputs"]


@pytest.mark.slow
def test_it_says_that_it_is_well(server):
    _, port, _ = server
    status, found = asked(port, "/v1/models/mnist-sparse")
    assert (status, found["model_version_status"][0]["state"]) == (200, "AVAILABLE")
    assert asked(port, "/v1/models") == (200, {"models": ["mnist-sparse"]})
    status, text = asked(port, "/metrics")
    assert status == 200
    assert "request_predict_seconds_count" in text


@pytest.mark.slow
def test_what_is_wrong_is_answered_in_one_sentence(server):
    _, port, _ = server
    model = "/v1/models/mnist-sparse"
    for path, body, code, sentence in (
        ("/v1/models/other", None, 404, "choose from mnist-sparse"),
        ("/v1/models/other:predict", "{}", 404, "choose from mnist-sparse"),
        ("/v2/repository/models/mnist-sparse/unload", "", 404, "Type POST /v1/models/NAME:predict"),
        (f"{model}:explain", "{}", 404, "ask for :predict"),
        (model, "{}", 405, "Type POST"),
        (f"{model}:predict", "", 400, "must be JSON"),
        (f"{model}:predict", '{"instances": [NaN]}', 400, "without NaN and Infinity"),
        (f"{model}:predict", " " * (MOST + 1), 413, "send at most 1,000,000 bytes"),
        (f"{model}:predict", (b" " * 1000 for _ in range(1001)), 413, "send at most 1,000,000 bytes"),
    ):
        status, found = asked(port, path, body)
        assert (status, found.keys()) == (code, {"error"}), path
        assert sentence in found["error"]
        assert "\n" not in found["error"]


def fuzzed(draw: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """A request that may be wrong in any way: method, path, body, headers."""
    row = [[draw.choice([0, 1, 255, 0.5])] * 28 for _ in range(28)]
    rows = [row] * draw.randrange(3)
    odd = draw.choice([None, True, -1, 1e300, "", "a", [], {}, [[]], {"b64": "a"}, row, [row], [[row]], 2**64, 10**30])
    body = {"signature_name": draw.choice(["encode", "decode", "score", "serving_default", odd])}
    body[draw.choice(["instances", "inputs", "input"])] = draw.choice(
        [rows, odd, {"x": rows}, {"x": odd}, [{"x": odd}]]
    )
    if draw.random() < 0.2:
        body |= dict.fromkeys(("specversion", "source", "id", "type", "time", "data"), odd)  # as cloud events have
    text = bytearray(json.dumps(body).encode())
    for _ in range(draw.choice([0, 0, 0, 1, 5])):
        text[draw.randrange(len(text))] = draw.randrange(256)
    if draw.random() < 0.1:
        text = text[: draw.randrange(len(text))]
    method = draw.choice(["POST"] * 8 + ["GET", "PUT", "HEAD"])
    path = draw.choice(
        ["/v1/models/mnist-sparse:predict"] * 8 + ["/v1/models/mnist-sparse", "/v1/models/%ff:predict", "//"]
    )
    headers = draw.choice([{}, {"content-type": "text/plain"}, {"content-type": "application/cloudevents+json"},
                           {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "a", "ce-type": "b"}])  # fmt: skip
    return method, path, bytes(text), headers


@pytest.mark.slow
def test_two_thousand_odd_requests_get_no_5xx_and_leave_no_traceback(server):
    _, port, errors = server
    draw = random.Random(0)
    statuses = set()
    for _ in range(2000):
        method, path, body, headers = fuzzed(draw)
        status, found = asked(port, path, body, method, headers)
        assert status < 500, (method, path, body[:300], headers, found)
        assert method == "HEAD" or status == 200 or found["error"].count("\n") == 0
        statuses.add(status)
    assert statuses >= {200, 400, 404, 405}
    assert "Traceback" not in errors.read_text()
    assert predict(port, instances=[[[0] * 28] * 28])[0] == 200


@pytest.mark.slow
def test_a_request_that_has_begun_is_answered_before_it_ends(server):
    process, port, errors = server
    body = json.dumps({"instances": [[[0] * 28] * 28] * 100}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/v1/models/mnist-sparse:predict")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:-1])
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    with pytest.raises(ConnectionRefusedError):
        asked(port, "/v1/models")
    connection.send(body[-1:])
    answer = connection.getresponse()
    assert answer.status == 200
    assert len(json.loads(answer.read())["predictions"]) == 100
    connection.close()
    assert process.wait(timeout=60) == 0
    assert errors.read_text() == ""
