"""One folder per model: all that is its own, and nothing that another model needs.

- `survival/`, `breast_fna/`, `blood_cell/`, `chemo_dose/` and `solubility/` make the models that
  ship; all but `chemo_dose/` also learn from a user's data.
- In each, the recipe reads top to bottom: data, network, fit, evaluate, export. Beside it are the
  splits and the inputs that the model should not answer, the words of the card, and those in
  other languages (English has names that people write otherwise).
- What several cards say: card_parts.py; own_card.py where the data are a user's.
"""
