CREATE TABLE officers (
    name TEXT PRIMARY KEY,
    full_name TEXT NOT NULL,
    role TEXT NOT NULL,                  -- officer, shift_leader, administrator
    password_hash TEXT,                  -- argon2id, PHC string; NULL until the first sign-in sets it
    added_at BIGINT NOT NULL,
    disabled_at BIGINT,
    failed BIGINT NOT NULL,              -- sign-ins that failed since the last good one
    locked_until BIGINT,
    last_seen_at BIGINT,
    invite_hash BLOB,                    -- SHA-256 of a one-time sign-in; NULL once used
    invite_until BIGINT
);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,         -- SHA-256 of the cookie; the cookie itself is nowhere
    officer TEXT NOT NULL REFERENCES officers (name),
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    from_address TEXT NOT NULL
);
CREATE INDEX sessions_officer ON sessions (officer);

CREATE TABLE agencies (
    agency TEXT PRIMARY KEY,
    full_name TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE agency_keys (
    key_hash BLOB PRIMARY KEY,           -- SHA-256 of the bearer key
    agency TEXT NOT NULL REFERENCES agencies (agency),
    label TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    until_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX agency_keys_agency ON agency_keys (agency);

CREATE TABLE agency_accesses (
    id BLOB PRIMARY KEY,
    at BIGINT NOT NULL,
    agency TEXT NOT NULL REFERENCES agencies (agency),
    purpose TEXT NOT NULL,
    case_number TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    filters TEXT NOT NULL,               -- JSON
    status BIGINT NOT NULL,
    results BIGINT NOT NULL,             -- how many records left the house
    leaf BLOB NOT NULL
);
CREATE INDEX agency_accesses_at ON agency_accesses (at);
