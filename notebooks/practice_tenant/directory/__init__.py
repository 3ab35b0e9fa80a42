"""What the tenant knows: tenants, app registrations, service principals, users, grants and signing keys.

``objects`` holds the values, ``store`` keeps them in SQLite, ``seed`` fills a new store, ``signing_keys`` makes and
holds the keys, ``permissions`` names Microsoft Graph's application permissions. Nothing here knows HTTP or OAuth.
"""
