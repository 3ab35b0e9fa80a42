"""Everything between the network and the application: sockets, TLS, and HTTP within limits."""
