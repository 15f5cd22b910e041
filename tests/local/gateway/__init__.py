"""The local API Gateway, each behaviour over real HTTP, with stand-ins for its neighbours."""
