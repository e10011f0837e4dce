-- Vehicles that an officer let through first, and the confirmations that each of them owes.
ALTER TABLE passages ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;

CREATE TABLE owed_confirmations (
    passage BLOB NOT NULL REFERENCES passages (id),
    kind TEXT NOT NULL,
    since BIGINT NOT NULL,               -- when the vehicle drove through
    settled_at BIGINT,
    settled_by TEXT,
    note TEXT,                           -- which paper of which force
    PRIMARY KEY (passage, kind)
);
CREATE INDEX owed_open ON owed_confirmations (since) WHERE settled_at IS NULL;
