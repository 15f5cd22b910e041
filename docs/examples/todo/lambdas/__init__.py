"""The functions of the application."""
