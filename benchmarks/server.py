"""200 clients at once ask serving.serve for codes of digits for 30 s, and then a bare handler of FastAPI's.

    make .venv-server/ready && python -m benchmarks.server    # 2 minutes

Each client keeps one connection and asks again as soon as it is answered; server and clients share the processor.
"""

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np

from benchmarks import _machine, _rows

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-server" / "bin" / "python"
RESULTS = _rows.RESULTS / "server.json"
EXPORT = ROOT / "exported" / "mnist-sparse"
PATH = "/v1/models/mnist-sparse:predict"
CLIENTS, SECONDS = 200, 30.0
BARE = """
import socket, sys
import tensorflow as tf
import uvicorn
from fastapi import FastAPI
encode = tf.saved_model.load(sys.argv[1] + "/saved_model").signatures["encode"]
app = FastAPI()
@app.post("/v1/models/mnist-sparse:predict")
def predict(body: dict) -> dict:
    code = encode(x=tf.constant(body["instances"], tf.float32))["code"]
    return {"predictions": code.numpy().tolist()}
opened = socket.create_server(("127.0.0.1", 0), backlog=2048)
print(f"http://127.0.0.1:{opened.getsockname()[1]}/", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[opened])
"""
COMMANDS = {
    "serving.serve": ["-m", "serving.serve", str(EXPORT), "--port", "0"],
    "bare FastAPI": ["-c", BARE, str(EXPORT)],
}


async def client(port: int, request: bytes, until: float, seconds: list[float], lost: list[str]) -> bytes:
    """Asks until a time; returns the last answer.

    Args:
        port: The server's.
        request: Its head and its body.
        until: When it ends, by the clock of the loop.
        seconds: Gets how long each answer took.
        lost: Gets a word for each request without an answer of status 200.
    """
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b""
    while loop.time() < until:
        start = loop.time()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1]))
            if not head.startswith(b"HTTP/1.1 200"):
                lost.append(head[:30].decode())
        except (OSError, EOFError) as error:
            lost.append(type(error).__name__)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        seconds.append(loop.time() - start)
    writer.close()
    return body


async def measured(port: int, request: bytes) -> tuple[dict[str, float], bytes]:
    """Lets all clients ask; returns what was measured, and an answer."""
    loop = asyncio.get_running_loop()
    warm: list[float] = []
    await asyncio.gather(*(client(port, request, loop.time() + 1, warm, []) for _ in range(4)))
    seconds: list[float] = []
    lost: list[str] = []
    start = loop.time()
    answers = await asyncio.gather(
        *(client(port, request, start + SECONDS, seconds, lost) for _ in range(CLIENTS)),
    )
    wall = loop.time() - start
    p50, p99 = np.percentile(seconds, [50, 99])
    record = {
        "requests": len(seconds),
        "lost": len(lost),
        "a_second": round(len(seconds) / wall),
        "p50_ms": round(1e3 * p50, 1),
        "p99_ms": round(1e3 * p99, 1),
    }
    return record, answers[0]


def main() -> None:
    """Measures and writes the results."""
    with np.load(EXPORT / "golden.npz") as golden:
        body = {"signature_name": "encode", "instances": golden["encode/in/x"][:1].tolist()}
        expected = golden["encode/out/code"][:1]
    text = json.dumps(body).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(text)}"
    request = head.encode() + b"\r\n\r\n" + text
    found = {}
    for name, command in COMMANDS.items():
        process = subprocess.Popen([PYTHON, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
        found[name], answer = asyncio.run(measured(port, request))
        process.terminate()
        process.wait(timeout=60)
        code = np.array(json.loads(answer)["predictions"])
        found[name]["largest_difference"] = float(np.abs(code - expected).max())
    record = {
        "results": found,
        "clients": CLIENTS,
        "seconds": SECONDS,
        "bytes": len(text),
        "cores": len(os.sched_getaffinity(0)),
        "machine": _machine.described(),
    }
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(RESULTS.read_text("utf-8"))


if __name__ == "__main__":
    main()
