"""Tables: those of the recipes and the user's own."""
