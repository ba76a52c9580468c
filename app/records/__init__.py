"""What is known of each council. Knows nothing of Flask."""
