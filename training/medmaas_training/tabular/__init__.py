"""Tables: those of the recipes, and a user's own.

- datasets.py reads the tables of the recipes; preparation.py completes their columns.
- A user's table: own_file.py reads its cells as every door does, own_table.py finds its columns,
  own_columns.py describes them, own_notes.py reads what the user knows of them, own_records.py
  finds where records hold them, own_data.py checks it all; leakage.py looks for columns that give
  the outcome away. aliases.py calls features and labels in ASCII where a protocol wants that.
- out_of_distribution.py are rows that a model should not answer.
"""
