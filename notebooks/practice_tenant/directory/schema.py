"""The tables of the directory's SQLite file, as the steps that make them.

Values that queries search by have a column and an index; the rest of an object is JSON beside them. A new file takes
every step, an older one the missing steps. Both end up the same, and the older one keeps its data. A published step
never changes; a change of the tables is a new step.
"""

from collections.abc import Mapping

_FIRST = """
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
"""

# From here on users can have app roles too, so principal_id no longer refers to service_principal. New columns have
# defaults for the rows that exist.
_FEDERATION = """
ALTER TABLE service_principal ADD COLUMN assignment_required INTEGER NOT NULL DEFAULT 0;
ALTER TABLE service_principal ADD COLUMN resource_id TEXT;
CREATE TABLE assignment (
    id TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL,
    resource_id TEXT NOT NULL REFERENCES service_principal (id) ON DELETE CASCADE,
    app_role_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (principal_id, resource_id, app_role_id)
);
INSERT INTO assignment SELECT id, principal_id, resource_id, app_role_id, created FROM app_role_assignment;
DROP TABLE app_role_assignment;
ALTER TABLE assignment RENAME TO app_role_assignment;
CREATE INDEX app_role_assignment_of_resource ON app_role_assignment (resource_id);
CREATE TABLE federated_credential (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES application (app_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    audience TEXT NOT NULL,
    description TEXT,
    UNIQUE (app_id, name),
    UNIQUE (app_id, issuer, subject)
);
"""

# Tenants get the domain that Microsoft gives them, and signing keys belong to one cloud. Existing keys are the
# worldwide cloud's.
_CLOUDS = """
ALTER TABLE tenant ADD COLUMN initial_domain TEXT NOT NULL DEFAULT '';
UPDATE tenant SET initial_domain = substr(default_domain, 1, instr(default_domain, '.') - 1) || '.onmicrosoft.com';
CREATE UNIQUE INDEX tenant_by_initial_domain ON tenant (initial_domain);
ALTER TABLE signing_key ADD COLUMN realm TEXT NOT NULL DEFAULT '';
"""

# All processes on the file count wrong codes together.
_ATTEMPTS = """
CREATE TABLE wrong_attempt (
    realm TEXT NOT NULL,
    made REAL NOT NULL
);
CREATE INDEX wrong_attempt_of_realm ON wrong_attempt (realm, made);
"""

# The steps, by the schema version that each leads to.
STEPS: Mapping[int, str] = {2: _FIRST, 3: _FEDERATION, 4: _CLOUDS, 5: _ATTEMPTS}
SCHEMA_VERSION = max(STEPS)

TABLE_NAMES = (
    "issued",
    "wrong_attempt",
    "federated_credential",
    "permission_grant",
    "app_role_assignment",
    "service_principal",
    "password_credential",
    "key_credential",
    "identifier_uri",
    "application",
    "user",
    "tenant",
    "signing_key",
)
