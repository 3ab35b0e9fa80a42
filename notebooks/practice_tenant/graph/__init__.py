"""The protected API: the part of Microsoft Graph v1.0 that the course calls.

It knows the directory and, from the published key set alone, the keys that sign tokens. It knows nothing of the
authorization server.
"""
