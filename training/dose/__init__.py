"""Doses for simulated patients: simulator, network, virtual trial."""
