"""What lists the items."""
