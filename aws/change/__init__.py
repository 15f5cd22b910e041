"""The one gate through which AWS is changed, the waits that it takes, and how what is not planned is undone."""
