"""A model that was trained elsewhere is measured on past cases that a user brings.

In the order in which a set passes them:

- subject.py is the model, request.py what the user says of the set; files.py opens it, arrays.py
  writes one that is in memory; table.py reads its rows by the readers that answer files,
  labels_in_cells.py the cells of outcomes; `outputs/` has a file per kind of outcome.
- people.py says whose rows they are and whom to look at apart; cases.py is all that was read.
- halves.py says who calibrates and who is reported on.
- figures.py compares the model with simple_models.py; decision_curve.py says whether it pays to act
  on it; leaks.py what may give the outcome away.
- measurer.py measures figures and certainty, measurement.py runs it all; privacy.py keeps what one
  person alone has out of the folder.
- naming.py says on whom, card.py what a card says of it.
- addition.py adds a model so; repetition.py measures one again on a new set, and change.py says by
  how much a figure changed.
"""
