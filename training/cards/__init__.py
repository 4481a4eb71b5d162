"""What the cards say in words; every figure in them is passed in."""
