"""TensorFlow's start: none of its notes reach a terminal, and all else does."""

import os

import pytest

from zoo import quiet

KEPT = "E0000 00:00:1795570177.378917   20502 loader.cc:52] cannot load: file is damaged\nWARNING: mine\n"
NOTES = """WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795570170.337661   20502 cudart_stub.cc:31] Could not find cuda drivers on your machine.
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.
2026-11-25 10:11:12.345678: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.
2026-11-25 10:11:12.345678: W tensorflow/core/common_runtime/gpu/gpu_device.cc:34] Cannot dlopen some GPU libraries.
Skipping registering GPU devices...
E0000 00:00:1795570177.378917   20502 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error
"""


def test_notes_are_dropped_and_errors_shown(capfd, monkeypatch):
    monkeypatch.setenv(quiet.LEVEL, "2")
    with quiet.without_notes():
        os.write(2, (NOTES + KEPT).encode())
    assert capfd.readouterr().err == KEPT


def test_an_error_that_is_raised_shows_what_was_said_before(capfd, monkeypatch):
    monkeypatch.setenv(quiet.LEVEL, "2")

    def importing():
        with quiet.without_notes():
            os.write(2, b"libcu.so is not there\n")
            raise ImportError

    with pytest.raises(ImportError):
        importing()
    assert capfd.readouterr().err == "libcu.so is not there\n"


def test_who_asks_for_notes_sees_them(capfd, monkeypatch):
    monkeypatch.setenv(quiet.LEVEL, "0")
    with quiet.without_notes():
        os.write(2, NOTES.encode())
    assert capfd.readouterr().err == NOTES


@pytest.mark.parametrize("module", ["zoo.wrappers.scaled", "zoo, tensorflow, keras"])
def test_whoever_imports_tensorflow_once_zoo_is_there_reads_no_notes(module, fresh_python):
    code = f"import {module}, sys; print(type(sys.modules['tensorflow'].__loader__).__name__)"
    run = fresh_python("-c", code)
    assert (run.stdout, run.stderr, run.returncode) == ("SourceFileLoader\n", "", 0)


BUILD = "import zoo; model = zoo.build('vanilla', (5,)); zoo.export(model, r'{}'); print(zoo.Health.__name__)"


def test_building_and_exporting_say_nothing(fresh_python, tmp_path):
    run = fresh_python("-c", BUILD.format(tmp_path))
    assert (run.stdout, run.stderr, run.returncode) == ("Health\n", "", 0)


def test_a_crash_says_where_it_was(fresh_python):
    run = fresh_python("-c", "import os; from zoo import quiet\nwith quiet.without_notes(): os.abort()")
    assert run.returncode < 0
    assert "Fatal Python error: Aborted" in run.stderr
