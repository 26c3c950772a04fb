"""An export's ONNX files that multiply integers of 8 bits, run by onnxruntime as the others are."""

from serving.formats.onnx import load

__all__ = ["FOLDER", "load"]
FOLDER = "onnx_int8"
