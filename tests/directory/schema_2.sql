-- The tables of the state file as schema version 2 had them. This page never changes.

CREATE TABLE tenant (
    id TEXT PRIMARY KEY,
    default_domain TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE application (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    sign_in_audience TEXT NOT NULL,
    public_client INTEGER NOT NULL,
    token_version INTEGER NOT NULL,
    lists TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE INDEX application_of_tenant ON application (tenant_id, created, id);
CREATE TABLE identifier_uri (
    uri TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES application (app_id) ON DELETE CASCADE
);
CREATE TABLE password_credential (
    key_id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES application (app_id) ON DELETE CASCADE,
    display_name TEXT,
    hint TEXT NOT NULL,
    value_hash BLOB NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX password_of_application ON password_credential (app_id);
CREATE TABLE key_credential (
    key_id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES application (app_id) ON DELETE CASCADE,
    display_name TEXT,
    certificate BLOB NOT NULL,
    sha1 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX key_of_application ON key_credential (app_id);
CREATE TABLE service_principal (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    app_id TEXT NOT NULL REFERENCES application (app_id) ON DELETE CASCADE,
    display_name TEXT NOT NULL,
    UNIQUE (tenant_id, app_id)
);
CREATE TABLE app_role_assignment (
    id TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL REFERENCES service_principal (id) ON DELETE CASCADE,
    resource_id TEXT NOT NULL REFERENCES service_principal (id) ON DELETE CASCADE,
    app_role_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (principal_id, resource_id, app_role_id)
);
CREATE TABLE permission_grant (
    id TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL REFERENCES service_principal (id) ON DELETE CASCADE,
    resource_id TEXT NOT NULL REFERENCES service_principal (id) ON DELETE CASCADE,
    user_id TEXT,
    scopes TEXT NOT NULL
);
CREATE UNIQUE INDEX permission_grant_once ON permission_grant (principal_id, resource_id, ifnull(user_id, ''));
CREATE TABLE issued (
    value_hash BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    family TEXT NOT NULL,
    content TEXT NOT NULL,
    expires INTEGER NOT NULL,
    redeemed INTEGER
);
CREATE INDEX issued_family ON issued (family);
CREATE INDEX issued_expires ON issued (expires);
CREATE TABLE user (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_principal_name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    surname TEXT NOT NULL,
    job_title TEXT,
    administrator INTEGER NOT NULL,
    password_hash BLOB NOT NULL
);
CREATE INDEX user_of_tenant ON user (tenant_id, user_principal_name);
CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    private_key BLOB NOT NULL,
    certificate BLOB NOT NULL,
    created INTEGER NOT NULL,
    active_from INTEGER NOT NULL
);
