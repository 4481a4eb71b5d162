"""Makes survival.json: figures of FLCHAIN by lifelines, which medmaas does not use.

pip install lifelines scikit-survival; python tests/reference/make_survival.py
"""

import json
from pathlib import Path

import numpy as np
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.utils import concordance_index
from sksurv.datasets import load_flchain

table, outcome = load_flchain()
days, died = np.maximum(outcome["futime"], 0.5), outcome["death"]
kaplan_meier = KaplanMeierFitter().fit(days, died)
people = table[["age"]].assign(male=(table["sex"] == "M").astype(float), days=days, died=died)
cox = CoxPHFitter(baseline_estimation_method="breslow").fit(people, "days", "died")
sixty = people[["age", "male"]].head(1).assign(age=60.0, male=1.0)

figures = {
    "harrell_c_of_age": concordance_index(days, -table["age"], died),
    "observed_risk": {str(day): 1 - float(kaplan_meier.predict(day)) for day in (365, 1826, 3652)},
    "cox_man_of_60_alive": {
        str(day): float(cox.predict_survival_function(sixty, [day]).iloc[0, 0])
        for day in (365, 1826, 3652)
    },
}
Path(__file__).with_name("survival.json").write_text(json.dumps(figures, indent=1) + "\n")
