"""A trained model becomes a folder of the catalogue.

- graph.py makes an ONNX graph that is whole; `conversion/` makes one of a fitted model of
  any library.
- A model that was trained elsewhere: addition.py adds it; draft.py reads what its author states,
  completion.py makes a manifest of it, explanation.py says what does not fit the contract,
  contract_errors.py where graph and statement differ; refusals.py says all of it at once;
  zipmap.py takes off what makes dictionaries of probabilities.
- golden.py makes the golden cases; source_attributes.py answers the card's 31 attributes;
  translations.py has its texts in other languages.
- folder.py has the folder written, as a whole or not at all; versions.py says as which version.
"""
