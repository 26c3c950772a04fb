"""TensorFlow's C interface: a small program in C, against the headers and the library inside Python's package."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path

import numpy as np

from benchmarks.runtimes import tensorflow_2_21
from benchmarks.runtimes._runtime import ROOT, Answers, Job, Runtime
from zoo.processes import PATIENCE, Arrays

PROGRAM = Path(__file__).with_suffix(".c")
LIBRARIES = ("-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2")
COMPILERS = ("cc", "gcc", "clang")
REPEATS = 30  # of a call that is timed, at most
TEXT = 7
TYPES = {"float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int64": 9, "bool": 10}  # TensorFlow's numbers for them


class Compiled(Runtime):
    """Asks a program that is compiled once."""

    def lacks(self) -> str:
        """Says what is missing: the library, or a compiler."""
        return super().lacks() or ("" if compiler() else "there is no C compiler; install gcc or clang")

    def answers(self, jobs: Sequence[Job]) -> Iterator[tuple[str, Answers]]:
        """Yields what each export answers, a process each."""
        with tempfile.TemporaryDirectory() as aside:
            program = Path(aside, "program")
            build(program)
            for job in jobs:
                yield job.name, ask(program, job.folder / self.format, job.given(self.format))


def compiler() -> str | None:
    """Returns what compiles C here."""
    return next(filter(None, map(shutil.which, COMPILERS)), None)


def build(program: Path) -> None:
    """Compiles the program against TensorFlow's package."""
    (folder,) = (ROOT / RUNTIME.environment).glob("lib/python*/site-packages/tensorflow")
    places = [f"-I{folder / 'include'}", f"-L{folder}", f"-Wl,-rpath,{folder}"]
    command = [str(compiler()), "-O2", "-Wall", str(PROGRAM), "-o", str(program), *places, *LIBRARIES]
    subprocess.run(command, check=True)


def ask(program: Path, folder: Path, given: Mapping[str, Mapping[str, Arrays]]) -> Answers:
    """Returns what a SavedModel's signatures answer.

    Args:
        program: Compiled.
        folder: The SavedModel.
        given: By signature and case the inputs.
    """
    with tempfile.TemporaryDirectory() as aside:
        inputs, outputs = Path(aside, "in"), Path(aside, "out")
        calls = [(name, case, arrays) for name, cases in given.items() for case, arrays in cases.items()]
        inputs.write_bytes(b"".join(packed(*call) for call in calls))
        done = subprocess.run([program, folder, inputs, outputs], capture_output=True, timeout=PATIENCE, check=False)
        found: Answers = {}
        with outputs.open("rb") as opened:
            for name, case, _ in calls:
                of_case = unpacked(opened, case) or {"error": np.array(f"the program ended ({done.returncode})")}
                found.setdefault(name, {}).update(of_case)
    return found


def packed(name: str, case: str, arrays: Arrays) -> bytes:
    """Returns a call as the program reads it; a case that is called by a number of rows is repeated."""
    parts = [f"call {name} {REPEATS if case.isdecimal() else 0} {len(arrays)}\n".encode()]
    for each, value in arrays.items():
        is_text = value.dtype.kind == "S"
        content = b"".join(map(prefixed, value.ravel().tolist())) if is_text else np.ascontiguousarray(value).tobytes()
        number = TEXT if is_text else TYPES[value.dtype.name]
        parts += [" ".join(map(str, ("tensor", each, number, len(content), value.ndim, *value.shape))).encode()]
        parts += [b"\n", content]
    return b"".join(parts)


def prefixed(text: bytes) -> bytes:
    """Returns a text with its length before it."""
    return np.uint64(len(text)).tobytes() + text


def unpacked(opened: BufferedReader, case: str) -> Arrays:
    """Reads what the program answers to a call; nothing where it has not answered."""
    word, _, rest = opened.readline().decode().strip().partition(" ")
    if word == "error":
        return {"error": np.array(rest)}
    if word == "seconds":
        return {f"seconds/{case}": np.median(np.frombuffer(opened.read(8 * int(rest))))}
    found = {}
    for _ in range(int(rest or 0)):
        _, name, number, size, _, *sizes = opened.readline().decode().split()
        content, shape = opened.read(int(size)), tuple(map(int, sizes))
        if int(number) == TEXT:
            found[f"{case}/{name}"] = np.array(list(texts(content)), "S").reshape(shape)
        else:
            dtype = next(dtype for dtype, known in TYPES.items() if known == int(number))
            found[f"{case}/{name}"] = np.frombuffer(content, dtype).reshape(shape)
    return found


def texts(content: bytes) -> Iterator[bytes]:
    """Yields texts, each of which has its length before it."""
    at = 0
    while at < len(content):
        end = at + 8 + int(np.frombuffer(content, "uint64", 1, at)[0])
        yield content[at + 8 : end]
        at = end


RUNTIME = Compiled(
    place=3,
    title="C",
    about="TensorFlow 2.21's C interface",
    format="saved_model",
    environment=tensorflow_2_21.RUNTIME.environment,
)
