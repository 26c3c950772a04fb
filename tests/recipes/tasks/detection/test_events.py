"""Neighboring alarms are one event, whose channel is the one that has most of the highest score."""

import numpy as np

from recipes.data.recording import Recording
from recipes.tasks.detection import events
from recipes.tasks.detection.events import spans


def test_alarms_that_lie_near_are_one():
    flagged = np.zeros(30, bool)
    flagged[[3, 4, 8, 13, 14, 29]] = True
    assert spans(flagged, 4) == [slice(3, 9), slice(13, 15), slice(29, 30)]
    assert spans(flagged, 5) == [slice(3, 15), slice(29, 30)]
    assert spans(flagged & False, 5) == []


def recording(steps):
    words = np.array([f"minute {i}" for i in range(steps)])
    return Recording("a.csv", words, np.arange(steps, dtype=float), np.zeros((steps, 2)), None, 1)


def test_the_peak_says_when_how_high_and_which_channel():
    contributions = np.ones((10, 2))
    contributions[5], contributions[8, 1] = [1, 9], np.inf
    flagged = np.array([0, 0, 0, 0, 1, 1, 1, 0, 1, 0], bool)
    first, second = events.events(recording(10), contributions, flagged, 1, ("flow", "speed"))
    assert (first.file, first.start, first.end, first.steps) == ("a.csv", "minute 4", "minute 6", 3)
    assert (first.peak, first.score, first.channel, first.share) == ("minute 5", 10, "speed", 0.9)
    assert (second.peak, second.score, second.channel, second.share) == ("minute 8", np.inf, "speed", 1)
    lines = events.written([first, second]).splitlines()
    assert lines[0] == "file,start,end,steps,peak,score,channel,share"
    assert lines[1:] == [
        "a.csv,minute 4,minute 6,3,minute 5,10,speed,0.9",
        "a.csv,minute 8,minute 8,1,minute 8,inf,speed,1",
    ]
    assert events.shown([first, second]).startswith("2 events:\n")
    assert events.written([]).startswith("file,")
    assert events.shown([]) == "No alarms."
