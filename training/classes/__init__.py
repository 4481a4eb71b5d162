"""Classes from a table: candidates, figures, report."""
