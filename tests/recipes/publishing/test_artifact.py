"""What an export is asked: rows in calls, calls in processes, and what cannot be computed in a sentence."""

from pathlib import Path

import numpy as np
import pytest

from recipes.publishing import Artifact, artifact
from zoo import processes


@pytest.fixture
def asked(monkeypatch):
    """Replaces processes by doubling; returns how many rows each call had, by process."""
    calls_of = []

    def run(format, folder, given):
        assert (format, folder) == ("rounded", Path("export/rounded"))
        ((signature, calls),) = given.items()
        if signature == "broken":
            return {signature: {"error": np.array("no such operation")}}
        calls_of.append([len(inputs["x"]) for inputs in calls.values()])
        return {signature: {f"{call}/y": inputs["by"] * inputs["x"] for call, inputs in calls.items()}}

    monkeypatch.setattr(processes, "run", run)
    return calls_of


def test_rows_come_back_in_their_order_from_as_many_processes_as_their_bytes_ask_for(asked, monkeypatch):
    x = np.arange(600.0).reshape(600, 1)
    monkeypatch.setattr(artifact, "ROOM", 2 * (256 * 4 + 8))  # of two calls
    found = Artifact(Path("export"), "rounded").of_rows("any", x=x, by=np.array(2.0))
    np.testing.assert_array_equal(found["y"], 2 * x)
    assert asked == [[256, 256], [88]]


def test_what_cannot_be_computed_is_said(asked):
    with pytest.raises(ValueError, match="broken: no such operation"):
        Artifact(Path("export"), "rounded").of_rows("broken", x=np.zeros((1, 1)))
