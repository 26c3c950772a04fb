"""Ctrl-C between steps: noted at once, raised after the step; a second one is raised at once."""

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
