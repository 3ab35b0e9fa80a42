"""Azure AD B2C: the tenant at its host at b2clogin.com, where each user flow is an authority of its own.

It has keys, codes, refresh tokens and errors (AADB2C…) of its own. Entra ID and Microsoft Graph accept nothing it issues,
nor the reverse. It serves the authorization code flow with PKCE and refresh tokens.
https://learn.microsoft.com/azure/active-directory-b2c/openid-connect
"""

# The realm of its signing keys and issued values in the directory.
REALM = "b2c"
