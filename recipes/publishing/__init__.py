"""What a run leaves behind: its numbers, its card, its figures and the exported model."""

from recipes.publishing.artifact import Artifact
from recipes.publishing.describing import card
from recipes.publishing.drawing import Drawing
from recipes.publishing.records import PUBLISHED, processor_name, published, record
from recipes.publishing.report import Report, row
from recipes.publishing.writing import publish, table

__all__ = [
    "PUBLISHED",
    "Artifact",
    "Drawing",
    "Report",
    "card",
    "processor_name",
    "publish",
    "published",
    "record",
    "row",
    "table",
]
