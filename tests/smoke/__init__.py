"""Is the smoke suite itself right: green on a healthy stack, red on each defect, and clean after itself."""
