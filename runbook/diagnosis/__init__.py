"""What troubleshooting reads: metrics, logs, CORS and access to secrets. It changes nothing."""
