"""CDS Hooks 2.0.1: services, calls, cards and feedback, no HTTP in here."""
