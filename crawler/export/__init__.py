"""What an incident took, in forms that other programs read."""
