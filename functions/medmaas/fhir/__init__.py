"""FHIR R4: a record becomes an instance, a prediction becomes resources. It knows no HTTP.

In the order in which a record passes them:

- record.py holds the resources of one patient, elements.py the elements that are read.
- options.py: what the Parameters ask for besides.
- results.py takes the Observations that count, in the model's units; medications.py tells by codes,
  references and ingredients, and drug_names.py by a text, which drug is named; administrations.py
  and given.py find what was given of it.
- mapping.py finds what the manifest names, in <kind>.py, the room of a kind that records can hold;
  draft.py is the case in the making, case.py the finished one.
- evaluation.py asks the core.
- answer.py writes the resources: device.py (the model), notes.py (what to know of an answer),
  recommendation.py and proposals.py (options and draft orders), guidance.py (what is missing),
  outcome.py (errors).
- capability.py states what the server does.
"""
