"""What stops a training, in one sentence for the person who started it."""

from medmaas.errors import MedmaasError


class TrainingError(MedmaasError):
    """The data cannot be trained on, or the trained model may not be written."""
