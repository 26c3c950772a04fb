"""Which file seeks anomalies is found by asking each."""

import importlib

import pytest

from recipes.tasks import detection
from recipes.tasks.detection.options import DetectionOptions


def test_forms_are_found_by_their_files():
    assert {"samples", "series"} <= set(detection.files())
    assert not {"options", "normal", "measuring", "by_step", "events"} & set(detection.files())


FORMS = [
    ({}, "surfaces"),
    ({"data": "sample"}, "samples"),
    ({"data": "FILE.csv"}, "samples"),
    ({"data": "FILE.csv", "time": "when"}, "series"),
    ({"model": "vanilla"}, "samples"),
    ({"data": "sample", "model": "restorer"}, "surfaces"),
]


@pytest.mark.parametrize(("options", "form"), FORMS)
def test_one_form_alone_takes_the_options(options, form):
    given = DetectionOptions(**options)
    found = detection.form(given)
    assert found.__name__.endswith(form)
    each = {name: importlib.import_module(f"{detection.__name__}.{name}") for name in detection.files()}
    taking = [name for name, module in each.items() if module.takes(given)]
    assert taking == [form]
