"""Training: offline, never shipped. `medmaas train RECIPE` writes models/<id>/<version>/.

- __main__.py runs a recipe, assess.py measures a finished model again, add.py adds a model that was
  trained elsewhere, of which draft.py drafts the YAML by `drafting/`, quantise.py makes one
  smaller; options.py checks what they are asked to do, errors.py stops them, progress.py shows how
  far they are.
- `recipes/` has one folder per model: its recipe, which reads top to bottom, its splits, its card.
- Data and networks: `tabular/`, `survival/`, `classes/`, `image/`, `smiles/`, `dose/`.
- figures.py gives intervals; comparisons.py says where a model is better or worse than others;
  observed_shares.py gives what was observed among similar predictions; group_names.py says whom a
  group is of.
- numeric_scores.py measures errors of predicted numbers.
- `validation/` measures a model from elsewhere on past cases that a user brings.
- `assessment/` measures how sure a finished model is and what it rests on.
- rows.py is what graphs are called with, of one tensor or of several.
- export.py proves the graph equal to the model and writes the folder, by `catalogue/`.
- `report/` writes cards and pages; `kinds/` has what they say of each kind of input and output.
"""
