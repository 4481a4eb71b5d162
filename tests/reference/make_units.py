"""Makes units.json: conversions by ucumvert and pint, which medmaas does not use.

pip install ucumvert; python tests/reference/make_units.py
"""

import json
from pathlib import Path

from ucumvert import PintUcumRegistry

PAIRS = [
    ("mg/L", "mg/dL"), ("g/L", "g/dL"), ("ug/mL", "mg/L"), ("mg/dL", "g/L"), ("ng/mL", "ug/dL"),
    ("10*9/L", "10*3/uL"), ("/uL", "10*9/L"), ("10*3/uL", "/uL"), ("10*6/uL", "10*12/L"),
    ("/mm3", "10*9/L"), ("{cells}/uL", "10*3/uL"), ("10*3/mm3", "10*9/L"), ("mmol/L", "umol/L"),
    ("umol/mL", "mmol/dL"), ("umol/dL", "mmol/L"), ("%", "1"), ("1", "%"), ("cm", "m"),
    ("[in_i]", "cm"), ("[lb_av]", "kg"), ("kg", "g"), ("m2", "cm2"), ("cm2", "m2"),
    ("mg/m2", "g/m2"), ("kg/m2", "g/cm2"), ("a", "d"), ("mo", "d"), ("wk", "d"), ("h", "min"),
    ("d", "h"), ("U/L", "U/mL"), ("mL/min", "L/h"), ("ug/kg/min", "mg/kg/h"), ("g.m", "kg.cm"),
    ("10*-3.g", "mg"), ("dL", "mL"), ("fL", "um3"), ("pg", "ng"),
    ("mm[Hg]", "kPa"), ("cm[H2O]", "Pa"), ("bar", "Pa"), ("[ft_i]", "m"),
    ("[oz_av]", "g"), ("kcal", "kJ"), ("/min", "Hz"), ("mosm/kg", "mmol/kg"),
    ("mmol/mol", "mol/mol"),
]  # fmt: skip

units = PintUcumRegistry()
factors = {
    f"{code} to {to}": units.from_ucum(code).to_base_units().magnitude
    / units.from_ucum(to).to_base_units().magnitude
    for code, to in PAIRS
    if units.from_ucum(code).dimensionality == units.from_ucum(to).dimensionality
}
assert len(factors) == len(PAIRS)
Path(__file__).with_name("units.json").write_text(json.dumps(factors, indent=1) + "\n")
