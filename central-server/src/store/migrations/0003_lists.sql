CREATE TABLE declarations (
    number TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    direction TEXT NOT NULL,
    arrives_at BIGINT,
    source TEXT NOT NULL,
    imported_at BIGINT NOT NULL
);

CREATE TABLE expected_vehicles (
    id BLOB PRIMARY KEY,
    declaration TEXT NOT NULL REFERENCES declarations (number),
    plate TEXT NOT NULL,                 -- as declared: Chinese plates usually without the province
    core TEXT NOT NULL,                  -- what is compared
    country TEXT NOT NULL,
    direction TEXT NOT NULL,
    class TEXT NOT NULL,
    laden BIGINT NOT NULL,
    trailer TEXT,
    containers TEXT NOT NULL,            -- JSON array
    fresh BIGINT NOT NULL,
    dangerous BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    fee_settled BIGINT NOT NULL,
    UNIQUE (declaration, core, direction)
);
CREATE INDEX expected_core ON expected_vehicles (core);
CREATE INDEX expected_until ON expected_vehicles (until_at);

-- Confirmations are a set per vehicle of a declaration, not a line of steps.
CREATE TABLE confirmations (
    id BLOB PRIMARY KEY,
    declaration TEXT NOT NULL REFERENCES declarations (number),
    core TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    given_by TEXT NOT NULL,
    note TEXT NOT NULL,
    source TEXT NOT NULL,
    UNIQUE (declaration, core, kind)
);

CREATE TABLE permits (
    number TEXT PRIMARY KEY,
    plate TEXT NOT NULL,
    core TEXT NOT NULL,
    country TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX permits_core ON permits (core);

CREATE TABLE watchlist (
    id BLOB PRIMARY KEY,
    plate TEXT NOT NULL,
    core TEXT NOT NULL,
    country TEXT,
    reference TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    UNIQUE (core, reference)
);

CREATE TABLE rules (
    version BIGINT PRIMARY KEY,
    body TEXT NOT NULL,                  -- RuleSet, JSON
    since BIGINT NOT NULL,
    officer TEXT NOT NULL,
    reason TEXT NOT NULL
);

-- One row: grows with each change of anything that a decision asks.
CREATE TABLE lists (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
INSERT INTO lists (one, version, changed_at) VALUES (1, 1, 0);
