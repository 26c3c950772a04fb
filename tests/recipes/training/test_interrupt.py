"""Signals between steps: noted at once, answered after the step; a second one is answered at once."""

import signal

import pytest

from recipes.training.interrupt import between_steps


def test_it_is_noted_and_raised_after_the_step():
    with between_steps() as interrupt:
        interrupt.on_train_batch_end(0)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.on_train_batch_end(1)
        with pytest.raises(KeyboardInterrupt):
            interrupt.on_epoch_end(0)


def test_a_second_one_is_raised_at_once():
    with between_steps():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_afterwards_all_is_as_before():
    with between_steps():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_another_answer_is_given_once_and_put_back(monkeypatch):
    given = []

    def answer(number, frame):
        given.append(number)

    before = signal.signal(signal.SIGTERM, answer)
    try:
        with between_steps() as interrupt:
            signal.raise_signal(signal.SIGTERM)
            assert not given
            interrupt.on_train_batch_end(0)
            interrupt.on_epoch_end(0)
            assert given == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is answer
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_signal_without_an_answer_in_python_keeps_it():
    with between_steps():
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
