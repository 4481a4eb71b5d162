"""Tables: those of the recipes, and a user's own.

- datasets.py reads the tables of the recipes; preparation.py completes their columns.
- A user's table: own_cell_texts.py reads its cells as every door does, own_file.py sets files
  together, own_table.py finds the columns, own_reading.py says which can be learned from,
  own_columns.py describes them, own_notes.py reads what the user knows of them, own_outcome.py
  reads what is to be predicted, follow_up_units.py in which unit of time, own_groups.py finds rows
  that belong together, own_split.py settles who is tested on, own_data.py puts it all together;
  identifiers.py finds columns that say who somebody is.
- What a model can be asked by: own_sources.py finds where records hold columns (genders.py has
  words for them), aliases.py calls features and labels in ASCII where a protocol wants that.
- A column of it: own_cells.py reads its cells as own_numbers.py or own_words.py; own_texts.py are
  the different texts in it, own_parts.py numbers with something beside, plausible.py what a
  measurement can be, own_told.py says what was read how, data_yaml.py writes it down.
- leakage.py asks about columns that give the outcome away: separation.py finds those that do alone,
  follow_up.py those of the follow-up itself, outcome_names.py those called like it.
- out_of_distribution.py are rows that a model should not answer.
"""
