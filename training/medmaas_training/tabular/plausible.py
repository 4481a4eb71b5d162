"""What a measurement of a patient can be at all: hard ranges by LOINC code and UCUM unit.

A value outside is a slip of the pen, a code for missing, or in another unit: no patient has it.
The limits are wide on purpose: they include the lowest and the highest that patients were reported
to survive or to be treated with, and what analysers report. The names of the codes are LOINC's
(https://loinc.org).
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Range
from medmaas.model.units import UnitError, convert

_NUMBERS = {"1", "[pH]", "{INR}"}  # units of what is a number alone
_STRANGE = 0.2  # share of values outside a range up to which a name alone is believed


@dataclass(frozen=True)
class Plausible:
    """The range of one kind of measurement.

    Attributes:
        what: is measured.
        loinc: its codes.
        low: the smallest value that is possible, in `unit`.
        high: the largest, likewise.
        unit: UCUM.
        why: where the limits come from.
        molar_mass: in g/mol, where laboratories report amounts or masses.
        names: what columns of it are called, where the name alone says it.
    """

    what: str
    loinc: str
    low: float
    high: float
    unit: str
    why: str
    molar_mass: float | None = None
    names: str = ""

    def in_unit(self, unit: str) -> Range | None:
        """The range in another unit; None if this measurement does not come in it."""
        if {unit, self.unit} <= _NUMBERS:
            return Range(low=self.low, high=self.high)
        try:
            low, high = (
                convert(x, self.unit, unit, self.molar_mass) for x in (self.low, self.high)
            )
        except UnitError:
            return None
        return Range(low=_shorten(low), high=_shorten(high))


@dataclass(frozen=True)
class Found:
    """A range for a column, in its unit, and whether its name alone said so."""

    of: Plausible
    range: Range
    guessed: bool


def find_range(
    header: str, loinc: tuple[str, ...], unit: str | None, values: NDArray[np.float64]
) -> Found | None:
    """The range of a column's measurement, by its codes, or by its name if it has none.

    Args:
        header: of the column.
        loinc: codes of what is measured.
        unit: of the column, UCUM; None if nobody knows.
        values: of the column, [n], NaN for missing. A name is believed if four of five lie within.

    Returns:
        None if nothing here is of it, or not in that unit.
    """
    if loinc:
        kinds = [one for one in PLAUSIBLE if set(one.loinc.split()) & {*loinc}]
    else:
        name = _fold(header)
        kinds = [one for one in PLAUSIBLE if name in one.names.split()]
    for one in kinds:
        # without a unit, a name that comes in one alone is in that one
        own = unit or ("1" if loinc else one.unit)
        within = one.in_unit(own)
        if within and (loinc or _fits(values, within)):
            return Found(one, within, guessed=not loinc)
    return None


def is_outside(values: NDArray[np.float64], within: Range) -> NDArray[np.bool_]:
    """Which values [n] lie outside; NaN does not."""
    return (values < within.low) | (values > within.high)


def _fits(values: NDArray[np.float64], within: Range) -> bool:
    present = values[~np.isnan(values)]
    return bool(len(present)) and float(is_outside(present, within).mean()) <= _STRANGE


def _fold(header: str) -> str:
    """A header without unit, case and marks: `Heart rate (bpm)` is heart_rate."""
    bare = re.sub(r"\s*(\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）)\s*$", "", header)
    folded = unicodedata.normalize("NFKC", bare).casefold()
    return re.sub(r"[\W_]+", "_", folded).strip("_")


def _shorten(limit: float) -> float:
    return float(f"{limit:.4g}")


_RECORD = "the extremes that were reported"
_REPORTABLE = "the extremes of treated patients, and what analysers report after dilution"
_SURVIVED = "the extremes that were survived, widened"
_SHARE = "a share"
PLAUSIBLE = (
    Plausible("age", "30525-0 21612-7 29553-5", 0, 120, "a", "as of the models that ship: nearly "
              "nobody is older (the oldest was 122)",
              names="age age_years age_yrs age_at_diagnosis patient_age alter 年龄 年齢 나이 edad "
              "âge idade età leeftijd возраст"),
    Plausible("heart rate", "8867-4 8889-8 8893-0", 10, 350, "/min", _RECORD + "; 1:1 flutter",
              names="hr heart_rate heartrate pulse pulse_rate herzfrequenz puls 心率 脉搏"),
    Plausible("respiratory rate", "9279-1", 1, 150, "/min", _RECORD + ", newborns included",
              names="resp_rate respiratory_rate respiration_rate atemfrequenz 呼吸频率"),
    Plausible("systolic blood pressure", "8480-6 76534-7 76215-3 8459-0 8460-8", 20, 370, "mm[Hg]",
              "370/360 was measured under the heaviest lifting (MacDougall 1985); 20 in shock",
              names="sbp systolic systolic_bp systolic_blood_pressure sysbp 收缩压"),
    Plausible("diastolic blood pressure", "8462-4 76535-4 76213-8 8453-3 8454-1", 5, 360, "mm[Hg]",
              "as systolic",
              names="dbp diastolic diastolic_bp diastolic_blood_pressure diabp 舒张压"),
    Plausible("mean blood pressure", "8478-0 76536-2", 5, 360, "mm[Hg]", "between the other two"),
    Plausible("body temperature", "8310-5 8331-1 8329-5 8332-9 8328-7 8333-7 8334-5", 10, 47, "Cel",
              "11.8 (Mroczek 2020) and 46.5 (Slovis 1982) were survived",
              names="temp temperature body_temperature body_temp körpertemperatur temperatur 体温"),
    Plausible("oxygen saturation", "59408-5 2708-6 20564-1", 10, 100, "%", _SHARE + "; oximeters "
              "show nothing far below", names="spo2 sao2 o2_sat oxygen_saturation 血氧饱和度 血氧"),
    Plausible("height", "8302-2 3137-7 3138-5 8301-4 8306-3 8308-9", 20, 275, "cm",
              "from the smallest newborns to the tallest person, 272",
              names="height body_height height_cm größe körpergröße 身高"),
    Plausible("weight", "29463-7 3141-9 3142-7 8350-1 8351-9 8339-4", 0.2, 650, "kg",
              "from the smallest newborns to the heaviest person, 635",
              names="weight body_weight weight_kg gewicht körpergewicht 体重"),
    Plausible("body mass index", "39156-5", 5, 255, "kg/m2", _RECORD,
              names="bmi body_mass_index 体重指数 体质指数"),
    Plausible("haemoglobin", "718-7 20509-6 30313-1 30350-3", 0.5, 30, "g/dL", _SURVIVED),
    Plausible("haematocrit", "4544-3 20570-8 4545-0 71833-8", 2, 85, "%", _SURVIVED),
    Plausible("erythrocytes", "789-8 26453-1", 0.1, 12, "10*12/L", _SURVIVED),
    Plausible("MCV", "787-2 30428-7", 30, 200, "fL", _RECORD),
    Plausible("MCH", "785-6 28539-5", 5, 70, "pg", _RECORD),
    Plausible("MCHC", "786-4 28540-3", 10, 60, "g/dL", _RECORD + "; above 40 by interference"),
    Plausible("red cell width", "788-0 30385-9", 5, 60, "%", _RECORD),
    Plausible("leukocytes", "6690-2 26464-8 804-5", 0, 2000, "10*9/L", "0 after chemotherapy; the "
              "highest leukaemias exceed 1000"),
    Plausible("platelets", "777-3 26515-7 778-1", 0, 6000, "10*9/L", "thrombocythaemias"),
    Plausible("neutrophils", "751-8 26499-4 753-4", 0, 2000, "10*9/L", "as leukocytes"),
    Plausible("lymphocytes", "731-0 26474-7 732-8", 0, 2000, "10*9/L", "as leukocytes"),
    Plausible("monocytes", "742-7 26484-6 743-5", 0, 2000, "10*9/L", "as leukocytes"),
    Plausible("eosinophils", "711-2 26449-9 712-0", 0, 2000, "10*9/L", "as leukocytes"),
    Plausible("basophils", "704-7 26444-0 705-4", 0, 2000, "10*9/L", "as leukocytes"),
    Plausible("a share of leukocytes", "770-8 26511-6 736-9 26478-8 5905-5 26485-3 713-8 26450-7 "
              "706-2 30180-4", 0, 100, "%", _SHARE),
    Plausible("sodium", "2951-2 2947-0 32717-1", 80, 220, "mmol/L", _SURVIVED),
    Plausible("potassium", "2823-3 6298-4 32713-0", 0.5, 20, "mmol/L", _SURVIVED + "; haemolysis"),
    Plausible("chloride", "2075-0 2069-3 41650-3", 40, 200, "mmol/L", _SURVIVED),
    Plausible("bicarbonate", "1963-8 1959-6 1960-4 2028-9", 0.5, 80, "mmol/L", _SURVIVED),
    Plausible("calcium", "17861-6 2000-8 49765-1", 0.5, 8, "mmol/L", _SURVIVED, 40.078),
    Plausible("ionised calcium", "1995-0 1994-3 12180-6", 0.1, 5, "mmol/L", _SURVIVED, 40.078),
    Plausible("magnesium", "19123-9 2601-3", 0.05, 15, "mmol/L", _SURVIVED, 24.305),
    Plausible("phosphate", "2777-1 14879-1", 0.05, 15, "mmol/L", _SURVIVED, 30.974),
    Plausible("creatinine", "2160-0 38483-4 14682-9", 0.02, 80, "mg/dL", "from infants to the "
              "highest dialysis patients", 113.12),
    Plausible("urea nitrogen", "3094-0 6299-2", 0.5, 500, "mg/dL", _REPORTABLE),
    Plausible("urea", "3091-6 22664-7 20977-5", 0.1, 180, "mmol/L", _REPORTABLE, 60.06),
    Plausible("uric acid", "3084-1 14933-6", 0.05, 100, "mg/dL", "from xanthinuria to tumour lysis",
              168.11),
    Plausible("glomerular filtration", "33914-3 62238-1 98979-8 98980-6 48642-3 48643-1 50044-7 "
              "69405-9 88293-6 88294-4 77147-7", 0, 400, "mL/min/{1.73_m2}", "formulas at the "
              "lowest creatinine"),
    Plausible("glucose", "2345-7 2339-0 14749-6 15074-8 1558-6 14771-0 2340-8 41653-7", 1, 3000,
              "mg/dL", "the highest survived exceed 2500", 180.156),
    Plausible("haemoglobin A1c", "4548-4 17856-6 4549-2", 2, 30, "%", _REPORTABLE),
    Plausible("haemoglobin A1c", "59261-8", 0, 305, "mmol/mol", "as in %, by IFCC's equation"),
    Plausible("bilirubin", "1975-2 14631-6 1968-7 14629-0", 0, 100, "mg/dL", _REPORTABLE, 584.66),
    Plausible("albumin", "1751-7 2862-1 61151-7 61152-5", 0.1, 10, "g/dL", _SURVIVED),
    Plausible("protein", "2885-2", 0.5, 25, "g/dL", "up to the highest myelomas"),
    Plausible("C-reactive protein", "1988-5 30522-7 76485-2 71426-1", 0, 1000, "mg/L", _REPORTABLE),
    Plausible("procalcitonin", "33959-8 75241-0", 0, 5000, "ng/mL", _REPORTABLE),
    Plausible("ALT", "1742-6 1743-4 1744-2", 0, 50000, "U/L", _REPORTABLE),
    Plausible("AST", "1920-8 30239-8 88112-8", 0, 100000, "U/L", _REPORTABLE),
    Plausible("alkaline phosphatase", "6768-6", 0, 20000, "U/L", _REPORTABLE),
    Plausible("gamma-GT", "2324-2", 0, 20000, "U/L", _REPORTABLE),
    Plausible("LDH", "2532-0 14804-9 14805-6", 0, 200000, "U/L", _REPORTABLE),
    Plausible("creatine kinase", "2157-6", 0, 5000000, "U/L", "rhabdomyolysis"),
    Plausible("amylase", "1798-8", 0, 100000, "U/L", _REPORTABLE),
    Plausible("lipase", "3040-3", 0, 200000, "U/L", _REPORTABLE),
    Plausible("pH", "2744-1 11558-4 2746-6 2745-8", 6, 8.2, "[pH]", "6.3 and 8.0 were survived"),
    Plausible("pCO2", "2019-8 2021-4 11557-6 2020-6", 2, 400, "mm[Hg]", _SURVIVED),
    Plausible("pO2", "2703-7 2705-2 11556-8", 2, 800, "mm[Hg]", "up to pure oxygen"),
    Plausible("lactate", "2524-7 32693-4 2518-9 2519-7", 0.01, 60, "mmol/L", _SURVIVED, 90.08),
    Plausible("INR", "6301-6 34714-6", 0.2, 100, "{INR}", _REPORTABLE),
    Plausible("prothrombin time", "5902-2 5964-2", 2, 500, "s", _REPORTABLE),
    Plausible("aPTT", "3173-2 14979-9", 5, 500, "s", _REPORTABLE),
    Plausible("fibrinogen", "3255-7", 0, 30, "g/L", _REPORTABLE),
    Plausible("ferritin", "2276-4 20567-4", 0, 500000, "ng/mL", "macrophage activation"),
    Plausible("troponin", "6598-7 10839-9 67151-1 89579-7", 0, 2000, "ng/mL", _REPORTABLE),
    Plausible("NT-proBNP", "33762-6 33763-4", 0, 1000000, "pg/mL", _REPORTABLE, 8457),
    Plausible("BNP", "30934-4 42637-9", 0, 200000, "pg/mL", _REPORTABLE, 3464),
    Plausible("TSH", "3016-3 11580-8", 0, 5000, "m[IU]/L", _REPORTABLE),
    Plausible("cholesterol", "2093-3 14647-2 2085-9 14646-4 2089-1 13457-7 22748-8 18262-6", 1,
              3000, "mg/dL", "from lack of lipoproteins to homozygous familial excess", 386.65),
    Plausible("triglycerides", "2571-8 14927-8", 1, 40000, "mg/dL", _REPORTABLE, 885.4),
    Plausible("sedimentation", "4537-7 30341-2 4538-5", 0, 200, "mm/h", "the tube is 200 mm"),
)  # fmt: skip
