"""What AWS is: how its resources are read, described, compared and changed; nothing of stamps."""
