"""What is measured of a finished model: how sure it is, what it rests on, where it is silent."""
