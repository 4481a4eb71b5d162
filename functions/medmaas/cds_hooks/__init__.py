"""CDS Hooks 2.0.1: services, calls, cards and feedback. It knows no HTTP.

- services.py names the services and what is to be prefetched.
- call.py checks a call against the standard.
- advice.py makes cards of it, by the mapping of `medmaas.fhir` and the core; orders.py finds the
  orders that are about to be signed and concern the model.
- cards.py writes the cards, details.py the text below their summary.
- feedback.py keeps what became of a card, without free text.
"""
