"""Which file seeks anomalies is found by asking each."""

import pytest

from recipes.tasks import detection
from recipes.tasks.detection.options import DetectionOptions


def test_forms_are_found_by_their_files():
    assert "samples" in detection.files()
    assert not {"options", "normal", "measuring"} & set(detection.files())


@pytest.mark.parametrize(("options", "form"), [({}, "samples"), ({"data": "FILE.csv"}, "samples")])
def test_one_form_alone_takes_the_options(options, form):
    given = DetectionOptions(**options)
    found = detection.form(given)
    assert found.__name__.endswith(form)
    taking = [name for name in detection.files() if vars(detection)[name].takes(given)]
    assert taking == [form]
