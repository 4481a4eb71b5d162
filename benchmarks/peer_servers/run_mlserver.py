"""MLServer: a runtime of its own, in the server's process, that takes the graph's tensor."""

import asyncio

from bare import PORT, Bare
from mlserver import MLModel, MLServer, ModelSettings, Settings
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Runtime(MLModel):
    """A tensor to probabilities."""

    async def load(self) -> bool:
        """Load the graph."""
        self.bare = Bare()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Answer one request."""
        rows = NumpyCodec.decode_input(payload.inputs[0])
        output = NumpyCodec.encode_output("probabilities", self.bare.run(rows))
        return InferenceResponse(model_name=self.name, outputs=[output])


async def main() -> None:
    """Serve until the process is ended."""
    settings = Settings(
        host="127.0.0.1", http_port=PORT, grpc_port=PORT + 1, metrics_port=PORT + 2,
        parallel_workers=0, debug=False,
    )  # fmt: skip
    server = MLServer(settings)
    await server.start([ModelSettings(name="model", implementation=Runtime)])


if __name__ == "__main__":
    asyncio.run(main())
