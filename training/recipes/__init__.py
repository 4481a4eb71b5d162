"""One readable file per model, top to bottom: data, model, fit, evaluate, export."""
