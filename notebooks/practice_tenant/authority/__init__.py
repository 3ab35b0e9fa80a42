"""The authorization server: discovery, the token endpoint, client authentication, one file for each grant, and errors.

It answers as Microsoft Entra ID's v2.0 endpoints do. It knows the directory and the faces; it knows nothing of Graph.
"""
