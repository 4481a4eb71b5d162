"""The smallest server of one ONNX model that each peer's documentation suggests.

Each file is a program of its own, run where the peer is installed and medmaas need not be. The
environment names the graph (GRAPH), the features in order (FEATURES, by commas) and PORT.
"""
