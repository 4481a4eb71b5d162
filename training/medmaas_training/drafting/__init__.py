"""A draft of a model's YAML: all that its graph and a table of past cases tell, and questions.

- command.py is what `medmaas draft` does. opened.py opens the graph: its tensors, the labels and
  names that it states, how it ends.
- table.py reads the table, by the readers that training has; people.py makes ranges of it that are
  nobody's values.
- seen.py is what rooms of kinds are shown, and what they say: `kinds/inputs/` and `kinds/outputs/`
  have one each, which says whether the tensors can be of its kind.
- What rooms are made with: matching.py finds the columns that are the graph's, features.py makes
  features of them; ordering.py finds which label is which column, labelling.py names them.
- whole.py puts the draft together, written.py writes it as YAML with its questions, asked.py asks
  them on the terminal.
"""
