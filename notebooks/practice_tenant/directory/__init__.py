"""The tenant's data: tenants, app registrations, service principals, users, grants and signing keys.

``objects`` defines the values, ``store`` keeps them in SQLite, ``seed`` fills a new store. ``signing_keys`` makes and
holds the keys, ``permissions`` names Microsoft Graph's permissions. Nothing here knows HTTP or OAuth.
"""
