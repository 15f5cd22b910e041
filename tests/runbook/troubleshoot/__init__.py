"""The troubleshooting names the cause of each fault that is planted, and changes nothing."""
