"""The protected API: the part of Microsoft Graph v1.0 that the course calls.

It imports the directory and knows signing keys from the published key set alone. It doesn't import the authority.
"""
