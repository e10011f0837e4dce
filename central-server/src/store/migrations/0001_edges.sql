-- Times are microseconds UTC, ids 16 bytes, flags 0 or 1, enums their bare word.

CREATE TABLE edges (
    edge TEXT PRIMARY KEY,
    hosts TEXT NOT NULL,                 -- JSON array: names and addresses of the lane panel
    added_at BIGINT NOT NULL,
    enrolled_at BIGINT,
    disabled_at BIGINT,
    token_hash BLOB,                     -- SHA-256 of the one-time token; NULL once used
    token_until BIGINT
);

CREATE TABLE edge_keys (
    keyid TEXT PRIMARY KEY,
    edge TEXT NOT NULL REFERENCES edges (edge),
    public_key BLOB NOT NULL,            -- Ed25519, 32 bytes
    since BIGINT NOT NULL,
    until BIGINT                         -- no longer trusted from then on
);
CREATE INDEX edge_keys_edge ON edge_keys (edge);

CREATE TABLE lanes (
    lane TEXT PRIMARY KEY,
    edge TEXT NOT NULL REFERENCES edges (edge),
    direction TEXT NOT NULL,             -- entry, exit
    zone TEXT NOT NULL,
    command_seq BIGINT NOT NULL          -- last sequence number of a command to this lane
);

-- Every numbered message of an edge that central has on its disk, good or refused: what an
-- acknowledgement speaks of.
CREATE TABLE received (
    edge TEXT NOT NULL REFERENCES edges (edge),
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    digest BLOB NOT NULL,                -- SHA-256 of the sealed bytes
    refused BIGINT NOT NULL,             -- 1: it stands in events_refused
    PRIMARY KEY (edge, epoch, seq)
);

CREATE TABLE epochs (
    edge TEXT NOT NULL REFERENCES edges (edge),
    epoch BIGINT NOT NULL,
    low BIGINT NOT NULL,                 -- everything up to here is received
    PRIMARY KEY (edge, epoch)
);

CREATE TABLE events (
    id BLOB PRIMARY KEY,
    edge TEXT NOT NULL REFERENCES edges (edge),
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    lane TEXT NOT NULL REFERENCES lanes (lane),
    at BIGINT NOT NULL,
    clock_synchronised BIGINT NOT NULL,
    clock_offset_us BIGINT,
    passage BLOB,
    kind TEXT NOT NULL,                  -- the event's type, as plate_read
    leaf BLOB NOT NULL,                  -- record_leaves.id; the sealed bytes stand there
    received_at BIGINT NOT NULL,
    UNIQUE (edge, epoch, seq)
);
CREATE INDEX events_passage ON events (passage);
CREATE INDEX events_lane_at ON events (lane, at);
CREATE INDEX events_received_at ON events (received_at);

-- Messages without effect. A numbered one by a known edge keeps its bytes for ever and is
-- acknowledged; the others are counted in one row per sender and reason.
CREATE TABLE events_refused (
    id BLOB PRIMARY KEY,
    topic TEXT NOT NULL,
    why TEXT NOT NULL,
    edge TEXT,
    epoch BIGINT,
    seq BIGINT,
    wire BLOB NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL
);
CREATE INDEX events_refused_last ON events_refused (last_at);

CREATE TABLE evidence (
    sha256 TEXT PRIMARY KEY,
    bytes BIGINT NOT NULL,
    edge TEXT NOT NULL REFERENCES edges (edge),
    stored_at BIGINT NOT NULL
);

CREATE TABLE alarms (
    id BLOB PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,                  -- watchlist, refused_messages, record, lane_fault
    lane TEXT,
    passage BLOB,
    detail TEXT NOT NULL,                -- for authorised officers alone
    acknowledged_at BIGINT,
    acknowledged_by TEXT
);
CREATE INDEX alarms_at ON alarms (at);
