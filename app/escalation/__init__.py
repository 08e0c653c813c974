"""What climbs when it is not solved in time."""
