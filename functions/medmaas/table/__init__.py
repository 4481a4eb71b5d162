"""Rows of a file, read once for every door: command line, bucket, page and training.

In the order in which a file passes:

- formats.py says by its bytes what a file is; encodings.py in which characters it is written.
- source.py is where bytes come from; lines.py cuts them into whole lines.
- dialect.py finds separator and decimal mark, text.py all by which a text is read; header.py
  says which column is which.
- spelling.py is what the sender says of a file; missing.py finds the words that stand for no value.
- reader.py makes rows.py of all that, by csv_rows.py, sheet.py (workbook.py says what a workbook
  shows beside its values), json_rows.py or, for series, histories.py; row_maker.py makes rows of
  cells; pictures.py fetches what a row names by its key.
- score.py answers a chunk of rows; csv_answers.py writes answers as CSV.
- answering.py does all of it for a file that is small enough to be held; whole.py gives training
  the cells alone.
"""
