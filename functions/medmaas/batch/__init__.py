"""Files of rows, scored when an event says that they are there."""
