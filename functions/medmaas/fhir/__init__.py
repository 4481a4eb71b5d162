"""Records in FHIR R4 to instances, and predictions to resources: no HTTP in here."""
