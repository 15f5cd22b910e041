"""What becomes of each fact of each kind of resource: a procedure repairs it, or a person acts, or nothing plans it."""
