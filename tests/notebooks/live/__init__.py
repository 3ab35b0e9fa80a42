"""Live mode, without the internet: notebooks run as if against a real tenant, through a proxy that stands in for it."""
