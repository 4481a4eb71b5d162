"""Training: offline, never shipped. `python -m training RECIPE` writes models/<id>/<version>/."""
