"""A trained model becomes a folder of the catalogue.

- operators.py says what a graph may be made of; graph.py makes one that is whole; `conversion/`
  makes one of a fitted model of any library.
- A model that was trained elsewhere: addition.py adds it; draft.py reads what its author states,
  invention.py makes golden cases where that is left to it,
  completion.py makes a manifest of it, explanation.py says what does not fit the contract,
  contract_errors.py where graph and statement differ; refusals.py says all of it at once;
  servable.py brings a graph into rows and columns: zipmap.py takes dictionaries off, columns.py
  joins inputs of one column each.
- parity.py holds a graph against the model that it was made of; `probes/` makes the rows on which
  graphs break.
- golden.py makes the golden cases; source_attributes.py answers the card's 31 attributes;
  translations.py has its texts in other languages.
- `quantisation/` makes a version in 8 or 4 bits of a model that is there.
- folder.py has the folder written, as a whole or not at all; versions.py says as which version.
"""
