"""How a trained model becomes a folder of the catalogue."""
