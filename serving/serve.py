"""Serves exports over HTTP, in the form of TensorFlow Serving's requests, by kserve.

    python -m serving.serve exported/mnist-sparse
    curl http://127.0.0.1:8501/v1/models/mnist-sparse
    curl http://127.0.0.1:8501/v1/models/mnist-sparse:predict -d '{"signature_name": "decode", "inputs": {"code": ...}}'

A model is called as its folder is. `instances` gives rows and gets `predictions`, `inputs` gives columns and gets
`outputs`; what is wrong with a request is answered in one sentence, with a status from 400 on. It listens on the
loopback unless --host says otherwise: there are no passwords and no encryption. SIGTERM and Ctrl-C end it once what
is being answered is answered. Needs `make .venv-server/ready`, an environment of its own.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, a script knows its own folder alone
from serving.refusing import Refused, guarded
from serving.server.tensors import Limits
from serving.signatures import Loaded
from serving.verify import FORMATS, SAVED_MODEL, runtime

GRACE = 30  # seconds for what is being answered when the server is to end


def load(folders: Sequence[Path], format: str = SAVED_MODEL, *, trusted: bool = False) -> dict[str, Loaded]:
    """Loads exports.

    Args:
        folders: The exports' folders.
        format: What runs them: a file's name under `serving/formats/`.
        trusted: Whether a SavedModel may reach files, the network and other programs.

    Returns:
        Exports by their folders' names.

    Raises:
        Refused: If two are called the same, or one is damaged or not to be trusted.
    """
    found: dict[str, Loaded] = {}
    names = [os.path.basename(os.path.realpath(folder)) for folder in folders]
    if twice := [name for name in names if names.count(name) > 1]:
        raise Refused(f"Two exports are called {twice[0]!r}: rename a folder.")
    module = runtime(format)
    for name, folder in zip(names, folders, strict=True):
        with guarded(folder, "cannot be served", "fetch or export it again"):
            found[name] = module.load(folder / module.FOLDER, trusted=trusted)
    return found


def listening(host: str, port: int) -> socket.socket:
    """Returns a socket that takes connections.

    Raises:
        Refused: If it cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        raise Refused(f"{host}:{port} cannot be listened to ({error}): give another --host or --port.") from None


def main() -> None:
    """Parses the command line and serves."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.serve", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("exports", metavar="EXPORT", type=Path, nargs="+", help="folders of exports")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; default: %(default)s")
    parser.add_argument("--port", type=int, default=8501, help="0 takes any that is free; default: %(default)s")
    parser.add_argument("--format", choices=FORMATS, default=SAVED_MODEL, help="what runs it; default: %(default)s")
    parser.add_argument("--max-rows", type=int, default=1024, help="of a request; default: %(default)s")
    parser.add_argument("--max-bytes", type=int, default=1 << 25, help="of a request; default: %(default)s")
    parser.add_argument(
        "--max-clients", type=int, default=1000, help="connected at once; others get 503; default: %(default)s"
    )
    parser.add_argument("--missing", action="store_true", help="take null for NaN, where reals are taken")
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments = parser.parse_args()
    del sys.argv[1:]  # which kserve would read for itself
    try:
        import uvicorn

        from serving.server.app import application
    except ImportError as error:
        sys.exit(
            f"It needs the package {error.name}: type make .venv-server/ready and run it by .venv-server/bin/python, "
            "or pip install kserve tensorflow in an environment of its own."
        )
    try:
        exports = load(arguments.exports, arguments.format, trusted=arguments.trust)
        opened = listening(arguments.host, arguments.port)
    except Refused as refused:
        sys.exit(str(refused))
    app = application(exports, Limits(arguments.max_rows, arguments.missing), arguments.max_bytes)
    settings = {"log_level": "warning", "access_log": False, "lifespan": "off", "ws": "none", "server_header": False}
    server = uvicorn.Server(
        uvicorn.Config(
            app, timeout_graceful_shutdown=GRACE, limit_concurrency=arguments.max_clients, backlog=2048, **settings
        )
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # which uvicorn calls when it has ended
    host, port = opened.getsockname()[:2]
    for name, loaded in exports.items():
        print(f"http://{host}:{port}/v1/models/{name}:predict answers {', '.join(loaded.signatures)}.", flush=True)
    try:
        server.run(sockets=[opened])
    except KeyboardInterrupt:
        sys.exit()


if __name__ == "__main__":
    main()
