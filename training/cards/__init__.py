"""What the cards say in words; every figure in them is passed in.

- The cards that ship: survival.py, breast_fna.py, blood_cell.py, chemo_dose.py, solubility.py, with
  invented instances from dose_histories.py and drawn_cells.py.
- Cards of a user's data: own.py, own_survival.py, own_classes.py.
- tabular.py holds what cards of tables share, source_attributes.py the 31 attributes of
  45 CFR 170.315(b)(11)(iv)(B), translations.py the texts of other languages.
"""
