"""A model of one's own has its page without a line of code."""

from pathlib import Path

from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.page.conftest import Open, serve


def test_a_model_that_is_added_shows_up_and_answers(visit: Open, tmp_path: Path) -> None:
    from medmaas_training.export import export  # noqa: PLC0415 - PyTorch takes seconds to import

    X, y = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X[:, :10], y)
    export(model, X[:114, :10], str(ROOT / "docs" / "own-model.yaml"), out=tmp_path)
    for address in serve(create_app(Registry(tmp_path))):
        opened = visit(at=address)
        page = opened.go("", ".entry")
        page.locator(".entry .button").click()
        page.locator(".examples button").first.click()
        page.wait_for_selector(".reasons")
        assert page.locator(".bars .bar").count() > 2
        page.get_by_role("link", name="Card").click()
        page.wait_for_selector(".part")
        assert page.locator(".tile .judged").all_inner_texts() == ["not measured"] * 6
        assert "Tested only on cases of its own source, n = 143." in page.content()
        assert opened.list_faults() == []
