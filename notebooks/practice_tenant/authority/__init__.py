"""The authorization server: discovery, the token endpoint, client authentication, one file for each grant, and errors.

It answers as Microsoft Entra ID's v2.0 endpoints do. It depends on the directory and the faces, never on Graph.
"""
