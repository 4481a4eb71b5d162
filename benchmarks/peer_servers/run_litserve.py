"""LitServe: one API of one worker."""

from typing import Any

import litserve
from bare import PORT, Bare


class Api(litserve.LitAPI):
    """Named rows to probabilities."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Load the graph."""
        self.bare = Bare()

    def decode_request(self, request: dict[str, Any]) -> list[dict[str, float]]:
        """Take the rows."""
        rows: list[dict[str, float]] = request["instances"]
        return rows

    def predict(self, x: list[dict[str, float]]) -> list[list[float]]:
        """Answer them."""
        return self.bare.predict(x)

    def encode_response(self, output: list[list[float]]) -> dict[str, list[list[float]]]:
        """Name them."""
        return {"predictions": output}


if __name__ == "__main__":
    server = litserve.LitServer(Api(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=PORT, generate_client_file=False, log_level="error")
