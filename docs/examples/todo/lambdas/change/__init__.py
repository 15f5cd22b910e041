"""What adds items and marks them as done."""
