"""BentoML: one service of one worker."""

import sys

import bentoml
from bare import PORT, Bare


@bentoml.service(workers=1)
class Service:
    """Named rows to probabilities."""

    def __init__(self) -> None:
        self.bare = Bare()

    @bentoml.api
    def predict(self, instances: list[dict[str, float]]) -> list[list[float]]:
        """Probabilities per row."""
        return self.bare.predict(instances)


if __name__ == "__main__":
    from bentoml_cli.cli import cli

    sys.argv = f"bentoml serve run_bentoml:Service --host 127.0.0.1 --port {PORT}".split()
    cli()
