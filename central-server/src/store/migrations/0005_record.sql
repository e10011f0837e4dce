-- The record. `salt` and `body` can be erased (personal data) without breaking the tree: the tree
-- holds SHA-256(salt || body) alone.
CREATE TABLE record_leaves (
    id BLOB PRIMARY KEY,
    idx BIGINT UNIQUE,                   -- place in the tree; NULL until the sequencer gave it one
    kind TEXT NOT NULL,                  -- event, passage, act, decision, access
    subject BLOB NOT NULL,               -- the row it speaks of
    at BIGINT NOT NULL,
    salt BLOB,                           -- 32 random bytes
    body BLOB,                           -- the bytes that are vouched for
    commitment BLOB NOT NULL             -- SHA-256(salt || body)
);
CREATE INDEX record_leaves_subject ON record_leaves (subject);
CREATE INDEX record_leaves_waiting ON record_leaves (at) WHERE idx IS NULL;

-- Hashes of the complete subtrees: level 0 are the leaves, a node of level k covers 2^k of them.
CREATE TABLE record_nodes (
    level BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE checkpoints (
    size BIGINT PRIMARY KEY,
    root BLOB NOT NULL,
    at BIGINT NOT NULL,
    envelope BLOB NOT NULL               -- the signed checkpoint as it goes out
);
