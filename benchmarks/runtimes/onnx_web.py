"""onnxruntime-web in headless Chromium, as the gallery's pages have it: WebAssembly, on one thread."""

from __future__ import annotations

import base64
import http.server
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.runtimes._runtime import Answers, Job, Runtime
from serving.gallery import runtime
from serving.refusing import Refused
from zoo.processes import Arrays

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
QUIET += ("--disable-background-networking", "--disable-component-update")
PATIENCE = 120  # seconds that one answer may take
DONE = "/done"
# With these, clocks of pages count in steps of 5 microseconds instead of 100.
ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
PAGE = """<!doctype html><script type="module">
const [LONGEST, MOST, DTYPES] = [150, 30, { float32: Float32Array, float64: Float64Array, int32: Int32Array,
  int64: BigInt64Array, uint8: Uint8Array, bool: Uint8Array }];
const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

async function answered(ort, weights, about, cases) {
  const externalData = weights ? [{ path: "weights.bin", data: weights }] : [];
  const options = { executionProviders: ["wasm"], externalData };
  const session = await ort.InferenceSession.create(await bytes(`/onnx/${about.file}`), options);
  const found = {};
  for (const [name, inputs] of Object.entries(cases)) {
    const feeds = {};
    for (const { name: input, dtype } of about.inputs) {
      const raw = Uint8Array.from(atob(inputs[input].data), (each) => each.charCodeAt(0));
      feeds[input] = new ort.Tensor(dtype, new DTYPES[dtype](raw.buffer), inputs[input].shape);
    }
    const outputs = await session.run(feeds);
    if (/^[0-9]+$/.test(name)) {
      const times = [];
      while (!times.length || (times.reduce((a, b) => a + b) < LONGEST && times.length < MOST)) {
        const start = performance.now();
        await session.run(feeds);
        times.push(performance.now() - start);
      }
      found[name] = median(times) / 1000;
    } else {
      found[name] = {};
      for (const { name: output, tensor } of about.outputs) {
        const { data, dims, type } = outputs[tensor];
        const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        let text = "";
        for (let at = 0; at < raw.length; at += 8192) text += String.fromCharCode(...raw.subarray(at, at + 8192));
        found[name][output] = { dtype: type, data: btoa(text), shape: dims };
      }
    }
  }
  await session.release();
  return found;
}

const post = (path, value) => fetch(path, { method: "POST", body: JSON.stringify(value) });
const { signatures, weights } = await (await fetch("/job")).json();
const ort = await import("/runtime/SCRIPT");
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = "/runtime/";
const shared = weights ? await bytes("/onnx/weights.bin") : null;
for (const [name, about] of Object.entries(signatures)) {
  try {
    await post(`/${name}`, await answered(ort, shared, about, await (await fetch(`/given/${name}`)).json()));
  } catch (error) {
    await post(`/${name}`, { error: String(error.message ?? error) });
  }
}
await post("/done", {});
</script>""".replace("SCRIPT", runtime.SCRIPT)


class InChromium(Runtime):
    """Opens a page for each export, which sends back what its signatures answer."""

    def lacks(self) -> str:
        """Says what is missing: a browser, or the runtime."""
        if not browser():
            return "there is no Chromium; install it, such as by apt-get install chromium"
        try:
            return "" if runtime.find() else f"there is no onnxruntime-web; {runtime.ADVICE}".rstrip(".")
        except Refused as refused:
            return str(refused).rstrip(".")

    def answer(self, job: Job) -> Answers:
        """Returns what an export's signatures answer."""
        answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(job, self.format, answers))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found: Answers = {}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            page = f"http://127.0.0.1:{server.server_port}/"
            command = [str(browser()), *QUIET, f"--user-data-dir={profile}", page]
            nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            with subprocess.Popen(command, start_new_session=True, **nowhere) as process:
                try:
                    while (answer := answers.get(timeout=PATIENCE))[0] != DONE:
                        found[answer[0].lstrip("/")] = unpacked(answer[1])
                except queue.Empty:
                    reason = {"error": np.array(f"the page does not answer within {PATIENCE} s")}
                    found |= {name: reason for name in job.signatures[self.format] if name not in found}
                finally:
                    os.killpg(process.pid, signal.SIGKILL)
                    server.shutdown()
                    server.server_close()
        return found


def browser() -> str | None:
    """Returns the browser that is here."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def handler(job: Job, format: str, answers: queue.Queue[tuple[str, Any]]) -> type[http.server.BaseHTTPRequestHandler]:
    """Returns what offers the page all that it asks for, and takes its answers."""
    given, found, folder = job.given(format), runtime.find(), job.folder / format
    whole = {"signatures": job.signatures[format], "weights": (folder / "weights.bin").exists()}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place, _, name = self.path.removeprefix("/").partition("/")
            if place == "given":
                self.send(packed(given[name]).encode(), "application/json")
            elif place in ("runtime", "onnx"):
                file = (found.folder if place == "runtime" and found else folder) / Path(name).name
                kinds = {".mjs": "text/javascript", ".wasm": "application/wasm"}
                self.send(file.read_bytes(), kinds.get(file.suffix, "application/octet-stream"))
            elif place == "job":
                self.send(json.dumps(whole).encode(), "application/json")
            else:
                self.send(PAGE.encode(), "text/html")

        def do_POST(self) -> None:
            answers.put((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send(b"", "text/plain")

        def send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            for name, value in {**ISOLATED, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler


def packed(cases: dict[str, Arrays]) -> str:
    """Returns the inputs of cases as JSON, whose numbers are bytes in base64."""

    def plain(value: np.ndarray) -> dict[str, Any]:
        return {"data": base64.b64encode(np.ascontiguousarray(value).tobytes()).decode(), "shape": value.shape}

    return json.dumps({case: {key: plain(value) for key, value in inputs.items()} for case, inputs in cases.items()})


def unpacked(answer: dict[str, Any]) -> Arrays:
    """Returns what a page answered for a signature."""
    if "error" in answer:
        return {"error": np.array(answer["error"].splitlines()[0].rstrip("."))}
    found: Arrays = {}
    for case, outputs in answer.items():
        if case.isdecimal():
            found[f"seconds/{case}"] = np.array(outputs)
            continue
        for name, value in outputs.items():
            numbers = np.frombuffer(base64.b64decode(value["data"]), value["dtype"])
            found[f"{case}/{name}"] = numbers.reshape(value["shape"])
    return found


RUNTIME = InChromium(
    place=7,
    title="browser",
    about="onnxruntime-web in Chromium",
    format="onnx",
)
