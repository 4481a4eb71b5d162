"""FHIR R4: a record becomes an instance, a prediction becomes resources. It knows no HTTP.

In the order in which a record passes them:

- bundle.py takes the resources out of what was sent, and what that says of itself; record.py holds
  those of one patient, elements.py the elements that are read, references.py what leads from one
  to another.
- options.py: what the Parameters ask for besides.
- observations.py lists all results, results.py judges each, measurements.py finds the one value of
  a moment; quantities.py reads units, terminologies.py codes.
- conditions.py finds diagnoses.
- documents.py finds the newest document, without those in whose place replacements.py finds
  another; attachments.py opens its files.
- medications.py tells by codes, references and ingredients, and drug_names.py by a text, which drug
  is named; administrations.py and given.py find what was given of it.
- mapping.py finds what the manifest names, in <kind>.py, the room of a kind that records can hold;
  draft.py is the case in the making, case.py the finished one.
- evaluation.py asks the core.
- answer.py writes the resources: device.py (the model), notes.py (what to know of an answer),
  recommendation.py and proposals.py (options and draft orders), guidance.py (what is missing),
  outcome.py (errors).
- capability.py states what the server does.
"""
