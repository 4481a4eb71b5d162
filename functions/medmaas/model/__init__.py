"""The core: what a model is, and how it answers. It knows no HTTP, no AWS and no protocol.

- `manifest/` is the contract between training and answering.
- registry.py finds model folders and keeps those that answer: folder.py opens one, whose files must
  be those of its manifest, under one digest, and its operators (operators.py) those that this one
  names; golden.py holds its golden cases against it.
- publication.py writes a folder, as a whole or not at all, and migrates one of contract 1;
  unzipped.py says how much of code and models fits where functions run.
- body.py reads the JSON of a request; options.py holds what it may ask for besides answers.
- predict.py answers instances, all or none: `inputs/` (an instance becomes tensors), session.py
  (ONNX Runtime runs the graph), `outputs/` (tensors become columns of answers), `uncertainty/`
  (columns of intervals, or the reason why there is no answer) and, if asked, `explanation/`.
- answers.py holds the answers of n rows, in columns (columns.py), and decides which are given.
- schema.py holds the words of JSON Schema that all of these describe themselves with.
- names.py says what may be a name, in any script. kinds.py finds the room of a kind. intervals.py,
  targets.py (the numbers that are explained) and outcomes.py (an answer as people read it) are what
  rooms of outputs are made with; years.py says what a year is.
- units.py converts between the units of UCUM that laboratories use; unit_spellings.py knows how
  they write them otherwise. `molecule/` reads SMILES, `waveform/` files of ECGs.
"""
