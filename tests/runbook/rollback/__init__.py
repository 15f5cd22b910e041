"""Do the ways back lead back? From a real fault each, on a local AWS."""
