"""The part of docs/survival-to-onnx.md that shows lifelines, run as it is written."""

import re

import numpy as np
import onnxruntime
import pytest

from medmaas_training.export import convert_survival
from tests.conftest import ROOT

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore")]  # of lifelines
PAGE = (ROOT / "docs" / "survival-to-onnx.md").read_text()
(BLOCK,) = re.findall(r"## lifelines\n\n```python\n(.+?)```", PAGE, re.DOTALL)


def test_the_example_of_lifelines_holds() -> None:
    names = {"np": np, "onnxruntime": onnxruntime, "convert_survival": convert_survival}
    exec(compile(BLOCK, "survival-to-onnx.md", "exec"), names)  # noqa: S102 - the page is ours
    assert np.asarray(names["curves"]).shape == (432, 4)
