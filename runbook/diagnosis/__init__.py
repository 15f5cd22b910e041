"""Evidence that the troubleshooting gathers by itself: metrics, logs, settings. It only reads."""
