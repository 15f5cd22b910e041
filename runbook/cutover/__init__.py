"""The cut-over (guide step 7): the verdict that it rests on, and the front end's configuration file."""
