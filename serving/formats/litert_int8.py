"""An export's LiteRT file with a byte a weight, run by ai-edge-litert as the other is."""

from serving.formats.litert import load

__all__ = ["FOLDER", "load"]
FOLDER = "litert_int8"
