"""What jobs have computed, kept in the database long after Redis has forgotten them."""
