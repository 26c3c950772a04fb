"""A worker without a cluster: what it says, where it works, and what it makes of errors."""

import json
import os
import queue

import pytest

from recipes import running
from recipes.running import entries, strategies
from recipes.tasks.cluster.worker import Failed, Job, Met, Voice, work
from zoo import UsageError, quiet


def all_of(said):
    return [said.get() for _ in range(said.qsize())]


@pytest.fixture
def worked(monkeypatch, tmp_path):
    """Has a worker run a function as its recipe; returns what it said."""

    def run(recipe, index=0, folder=tmp_path, said=None):
        cluster = {"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": index}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(cluster))
        monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
        monkeypatch.setattr(strategies, "start", lambda name: None)
        monkeypatch.setattr(quiet, "start", lambda: None)
        monkeypatch.setattr(entries, "find", lambda *_: running.Entry("toy", running.Options, recipe))
        monkeypatch.chdir(tmp_path)  # and back at the end
        said = said or queue.Queue()
        work(Job("toy", ("--seed", "3"), str(folder)), said)
        return all_of(said)

    return run


def test_the_chief_is_heard_and_writes_where_it_was_asked_to(worked, tmp_path):
    seen = []

    def recipe(config):
        seen.append((config.seed, config.strategy, config.out, os.getcwd(), "TF_USE_LEGACY_KERAS" in os.environ))
        print("Epoch 1")

    met, *words = worked(recipe)
    assert (met.number, met.process, "".join(words)) == (0, os.getpid(), "Epoch 1\n")
    assert seen == [(3, "multi_worker", None, str(tmp_path), False)]


def test_the_others_say_who_they_are_and_no_more(worked, tmp_path):
    places = []
    (met,) = worked(lambda config: print("Epoch 1") or places.append(config.out), index=1)
    assert isinstance(met, Met)
    assert met.number == 1
    assert not places[0].is_relative_to(tmp_path)


def fault(config):
    print("begun", end="")
    raise ZeroDivisionError


def missing(config):
    raise FileNotFoundError(2, "No such file", "x.csv")


def test_errors_travel_as_sentences_and_faults_with_their_traceback(worked, tmp_path):
    said = queue.Queue()
    with pytest.raises(Failed, match=r"in fault[\s\S]*ZeroDivisionError"):
        worked(fault, said=said)
    assert all_of(said)[1:] == ["begun"]
    with pytest.raises(UsageError, match=r"Could not read or write \(No such file: x\.csv\)"):
        worked(missing)
    with pytest.raises(UsageError, match=r"nowhere cannot be entered on .* all machines of the cluster share"):
        worked(print, folder=tmp_path / "nowhere")


def test_a_voice_says_lines_and_what_is_shown_at_once():
    said = queue.Queue()
    voice = Voice(said, terminal=True)
    voice.write("a")
    assert said.empty()
    voice.write("b\nc")
    voice.write("d\r")
    voice.flush()
    voice.flush()
    assert all_of(said) == ["ab\nc", "d\r"]
    assert voice.isatty()
    assert print("x", file=voice) is None
    assert not Voice(said, terminal=False).isatty()


def test_a_worker_needs_no_ray(fresh_python):
    run = fresh_python("-c", "import sys, recipes.cluster; print({'ray', 'tensorflow', 'keras'} & set(sys.modules))")
    assert run.stdout == "set()\n", run.stderr
