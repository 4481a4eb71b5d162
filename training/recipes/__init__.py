"""One readable file per model, top to bottom: data, model, fit, evaluate, export.

survival.py, breast_fna.py, blood_cell.py, chemo_dose.py and solubility.py make the models that
ship; all but chemo_dose.py also learn from a user's data.
"""
