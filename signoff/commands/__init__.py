"""How the judge is called: the pytest plugin, the command line and its frame, and the commands of signoff itself."""
