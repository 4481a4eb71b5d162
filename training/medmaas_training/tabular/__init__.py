"""Tables: those of the recipes, and a user's own.

- datasets.py reads the tables of the recipes; preparation.py completes their columns.
- A user's table: own_file.py reads its cells as every door does, own_table.py finds its columns,
  own_columns.py describes them, own_notes.py reads what the user knows of them, own_outcome.py
  reads what is to be predicted, own_groups.py finds rows that belong together, own_split.py settles
  who is tested on, own_data.py puts it all together; leakage.py looks for columns that give the
  outcome away.
- out_of_distribution.py are rows that a model should not answer.
"""
