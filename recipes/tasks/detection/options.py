"""The options of detection."""

from __future__ import annotations

from dataclasses import dataclass

from recipes.data import sources
from recipes.running.samples import SampleOptions

# The default models: noise that is taken away again teaches where rows are dense, at any number of columns.
PICTURES, ROWS = "vanilla", "denoising"


@dataclass(frozen=True)
class DetectionOptions(SampleOptions):
    """What recipes of detection take."""

    model: str = ""
    """The model's name; its hyperparameters follow below, and other models have others. If not given, vanilla for
    pictures and denoising for tables."""
    normal: str | None = None
    """The normal label: samples of all others are anomalies. Or each: every label in turn, with a model each, which is
    the default for pictures."""
    false_alarms: float | None = None
    """The share of normal samples that may be called anomalies, which sets the threshold. If not given, 0.05, or the
    least share that few normal validation samples allow."""
    blur: float = 1.0
    """Blur pictures and reconstructions before comparing them: the Gaussian's standard deviation in pixels."""

    def __post_init__(self) -> None:
        """Chooses the model by the data, if none is given."""
        if not self.model:
            object.__setattr__(self, "model", ROWS if sources.of_rows(self.data) else PICTURES)
