"""Classes from pictures."""
