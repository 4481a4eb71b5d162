"""medmaas: medical models, exported to ONNX, answering over HTTPS."""

__version__ = "0.1.0"
