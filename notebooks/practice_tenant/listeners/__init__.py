"""What is between the network and the application: sockets, TLS, HTTP within limits, and room for everybody."""
