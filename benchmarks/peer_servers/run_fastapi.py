"""Plain FastAPI: a pydantic body, and nothing that medmaas adds."""

import uvicorn
from bare import PORT, Bare
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
bare = Bare()


class Body(BaseModel):
    """Named rows."""

    instances: list[dict[str, float]]


@app.post("/predict")
def predict(body: Body) -> dict[str, list[list[float]]]:
    """Probabilities per row."""
    return {"predictions": bare.predict(body.instances)}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error")
