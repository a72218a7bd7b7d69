"""Pure values and rules. Imports nothing of the other rooms, and no framework."""
