"""What a model is and how it answers: no AWS and no HTTP in here."""
