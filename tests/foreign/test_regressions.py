"""lifelines and statsmodels: regressions become sums of one term per feature, or say why not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from medmaas_training.errors import TrainingError
from tests.exporting import (
    CLASSES,
    LABELS,
    NAMES,
    SURVIVAL,
    VALUE,
    choice,
    load_cells,
    number,
    prove,
)

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore")]  # of the libraries
CURVE = SURVIVAL | {"time_days": [0, 7, 70, 180, 364], "horizon_days": [364]}
FORMULA = "fin + age + race + wexp + mar + paro + prio"


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    from lifelines.datasets import load_rossi  # noqa: PLC0415 - of an environment of its own

    frame = load_rossi()
    return frame.assign(race=np.where(frame.race == 1, "black", "other"))


def in_numbers(rossi: pd.DataFrame) -> pd.DataFrame:
    return rossi.assign(race=(rossi.race == "black").astype(int))


def list_features(rossi: pd.DataFrame, race: dict[str, Any]) -> list[dict[str, Any]]:
    names = [name for name in rossi if name not in {"week", "arrest"}]
    return [race if name == "race" else number(name) for name in names]


def fit(name: str, rossi: pd.DataFrame, formula: str | None = None, **more: Any) -> Any:
    import lifelines  # noqa: PLC0415 - as above

    ancillary = {"ancillary": True} if more.pop("ancillary", False) else {}
    told = {"formula": formula} if formula else {}
    return getattr(lifelines, name)(**more).fit(rossi, "week", "arrest", **told, **ancillary)


CURVES = [
    ("CoxPHFitter", {}),
    ("CoxPHFitter", {"penalizer": 0.1}),
    ("CoxPHFitter", {"baseline_estimation_method": "spline", "n_baseline_knots": 3}),
    ("WeibullAFTFitter", {}),
    ("WeibullAFTFitter", {"ancillary": True}),
    ("LogNormalAFTFitter", {}),
    ("LogLogisticAFTFitter", {}),
]


@pytest.mark.parametrize(("name", "settings"), CURVES)
def test_a_regression_of_lifelines_gives_its_own_curve(
    rossi: pd.DataFrame, name: str, settings: dict[str, Any]
) -> None:
    frame = in_numbers(rossi)
    model = fit(name, frame, **settings)
    shuffled = frame[[*frame][::-1]]
    trained = prove(model, shuffled, list_features(rossi, number("race")), CURVE, time_unit="weeks")
    expected = model.predict_survival_function(frame[:9], times=[1, 10, 180 / 7, 52]).to_numpy().T
    answers = trained.answer(trained.rows[:9])
    np.testing.assert_allclose(answers[:, 1:], expected)
    assert (answers[:, 0] == 1).all()


@pytest.mark.parametrize("name", ["CoxPHFitter", "WeibullAFTFitter"])
def test_words_of_a_formula_are_choices(rossi: pd.DataFrame, name: str) -> None:
    features = list_features(rossi, choice("race", "other", "black"))
    prove(fit(name, rossi, FORMULA), rossi, features, CURVE, time_unit="weeks")


CANNOT = [
    (FORMULA.replace("fin + age", "fin * age"), "act together .an interaction.: make the product"),
    (FORMULA.replace("age", "bs(age, df=4)"), "the model bends with age .a spline"),
]


@pytest.mark.parametrize(("formula", "sentence"), CANNOT)
def test_a_formula_that_is_no_sum_says_which_term(
    rossi: pd.DataFrame, formula: str, sentence: str
) -> None:
    features = list_features(rossi, choice("race", "other", "black"))
    with pytest.raises(TrainingError, match=sentence):
        prove(fit("CoxPHFitter", rossi, formula), rossi, features, CURVE, time_unit="weeks")


def test_what_lifelines_has_besides_is_refused_with_the_reason(rossi: pd.DataFrame) -> None:
    import lifelines  # noqa: PLC0415 - as above

    frame = in_numbers(rossi)
    features = list_features(rossi, number("race"))

    def refuse(model: Any, sentence: str, output: Any = CURVE, unit: str = "weeks") -> None:
        with pytest.raises(TrainingError, match=sentence):
            prove(model, frame, features, output, time_unit=unit)

    refuse(fit("CoxPHFitter", frame, strata=["race"]), "strata has a baseline for each stratum")
    kaplan = lifelines.KaplanMeierFitter().fit(rossi.week, rossi.arrest)
    refuse(kaplan, "not KaplanMeierFitter, which is no sum")
    refuse(fit("AalenAdditiveFitter", frame, coef_penalizer=1), "not AalenAdditiveFitter")
    refuse(lifelines.CoxPHFitter(), "the model is not fitted: call fit before export")
    cox = fit("CoxPHFitter", frame)
    beyond = CURVE | {"time_days": [0, 365], "horizon_days": [365]}
    refuse(cox, "followed for at most 52: end time_days before", beyond)
    refuse(cox, "time_unit must say", unit="")
    missing = [one | {"missing": "unknown"} for one in features]
    with pytest.raises(TrainingError, match="no missing value of it: leave `missing` out"):
        prove(cox, frame, missing, CURVE, time_unit="weeks")


X, Y = load_cells()
SCALED = (X - X.mean(axis=0)) / X.std(axis=0)
CELLS = pd.DataFrame(SCALED.astype(np.float32).astype(float), columns=NAMES)
NUMBERS = [number(name) for name in NAMES]
COUNTS = np.random.default_rng(0).poisson(2, len(Y))


def fit_glm(y: Any, family: str, link: str | None = None, **more: Any) -> Any:
    import statsmodels.api as sm  # noqa: PLC0415 - as above

    chosen = getattr(sm.families.links, link)() if link else None
    told = getattr(sm.families, family)(chosen)
    return sm.GLM(y, sm.add_constant(CELLS), family=told, **more).fit()


@pytest.mark.parametrize("link", [None, "Probit", "CLogLog"])
def test_a_binomial_regression_gives_the_probability_of_one(link: str | None) -> None:
    model = fit_glm(Y, "Binomial", link)
    trained = prove(model, CELLS[[*NAMES[::-1]]], NUMBERS, CLASSES)
    assert trained.answer(CELLS.to_numpy())[Y == 1, 1].mean() > 0.8, "the second label is 1"
    prove(model, CELLS, NUMBERS, VALUE)
    prove(model, CELLS, NUMBERS, LABELS | {"labels": LABELS["labels"][:1]})


@pytest.mark.parametrize(
    ("family", "link"), [("Poisson", None), ("Gaussian", None), ("Gamma", "Log")]
)
def test_a_mean_of_statsmodels_is_a_value(family: str, link: str | None) -> None:
    y = COUNTS if family == "Poisson" else X[:, 0]
    prove(fit_glm(y, family, link), CELLS, NUMBERS, VALUE, tolerance=1e-4)


def test_other_regressions_of_statsmodels_and_formulas_join() -> None:
    import statsmodels.api as sm  # noqa: PLC0415 - as above
    import statsmodels.formula.api as smf  # noqa: PLC0415

    with_constant = sm.add_constant(CELLS)
    prove(sm.Logit(Y, with_constant).fit(disp=0), CELLS, NUMBERS, CLASSES)
    prove(sm.Logit(Y, with_constant.to_numpy()).fit(disp=0), CELLS.to_numpy(), NUMBERS, CLASSES)
    some = ["texture", "area"]
    prove(
        sm.OLS(X[:, 0], with_constant[["const", *some]]).fit(),
        CELLS,
        [NUMBERS[1], NUMBERS[3]],
        VALUE,
        tolerance=1e-4,
    )
    frame = CELLS.assign(y=Y, sex=np.where(CELLS.area > 0, "F", "M"))
    features = [number("texture"), choice("sex", "M", "F")]
    family = sm.families.Binomial()
    prove(smf.glm("y ~ texture + C(sex)", frame, family=family).fit(), frame, features, CLASSES)
    bent = smf.glm("y ~ np.exp(texture) + sex", frame, family=family).fit()
    with pytest.raises(TrainingError, match="bends with texture"):
        prove(bent, frame, features, CLASSES)


def test_what_statsmodels_has_besides_is_refused_with_the_reason() -> None:
    import statsmodels.api as sm  # noqa: PLC0415 - as above

    with pytest.raises(TrainingError, match="fitted with an offset for each person"):
        prove(fit_glm(COUNTS, "Poisson", offset=X[:, 0]), CELLS, NUMBERS, VALUE)
    with pytest.raises(TrainingError, match=r"takes what fit\(\) of statsmodels returned"):
        prove(sm.GLM(Y, CELLS), CELLS, NUMBERS, VALUE)
    several = sm.MNLogit(COUNTS.clip(max=2), sm.add_constant(CELLS)).fit(disp=0)
    with pytest.raises(TrainingError, match="not MNLogit"):
        prove(several, CELLS, NUMBERS, VALUE)
