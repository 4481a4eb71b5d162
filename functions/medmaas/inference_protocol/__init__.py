"""Open Inference Protocol v2: tensors in, tensors out, no HTTP in here."""
