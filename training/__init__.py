"""Training: offline, never shipped. `python -m training RECIPE` writes models/<id>/<version>/.

- __main__.py runs a recipe, assess.py measures a finished model again, add.py adds a model that was
  trained elsewhere; options.py checks what they are asked to do, errors.py stops them.
- `recipes/` has one file per model, top to bottom.
- Data and networks: `tabular/`, `survival/`, `classes/`, `image/`, `smiles/`, `dose/`; records.py
  says where hospitals' records hold the inputs.
- `assessment/` measures how sure a finished model is and what it rests on.
- export.py proves the graph equal to the model and writes the folder, by `catalogue/`.
- `cards/` has the words of the cards, `report/` writes figures, cards and pages.
"""
