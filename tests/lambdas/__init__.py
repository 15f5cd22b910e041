"""Are the functions right? Part of `make test`; AWS is moto in this process, LINE a server on loopback."""
