CREATE TABLE crossings (
    id BLOB PRIMARY KEY,
    identity TEXT NOT NULL,              -- country and core of the tractor's plate: 'cn:G12345'
    direction TEXT NOT NULL,             -- of its first passage
    declaration TEXT,
    began_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    ended_at BIGINT,
    state TEXT NOT NULL                  -- at_gate, inside, left, turned_back
);
CREATE INDEX crossings_identity ON crossings (identity, began_at);
CREATE INDEX crossings_began ON crossings (began_at);

-- One row per passage: what its events say, folded in the order the edge numbered them.
CREATE TABLE passages (
    id BLOB PRIMARY KEY,
    edge TEXT NOT NULL,
    lane TEXT NOT NULL,
    direction TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,                        -- passed, backed_out, tailgated, turned_away
    opened_by TEXT,
    class TEXT,
    class_confidence DOUBLE PRECISION,
    verdict TEXT,                        -- open, refer, refuse: the last decision
    decision TEXT,                       -- that decision, JSON
    decided_by TEXT,                     -- central, snapshot
    unread BIGINT NOT NULL,
    corrected TEXT,                      -- the plate as an officer corrected it
    crossing BLOB REFERENCES crossings (id),
    clock_synchronised BIGINT NOT NULL,
    events BIGINT NOT NULL,              -- how many are folded in
    version BIGINT NOT NULL,             -- grows with each change
    leaf BLOB                            -- record_leaves.id of its last closed form
);
CREATE INDEX passages_began ON passages (began_at);
CREATE INDEX passages_lane_began ON passages (lane, began_at);
CREATE INDEX passages_crossing ON passages (crossing);

-- The vehicles and boxes of a passage, each a row of its own.
CREATE TABLE passage_vehicles (
    passage BLOB NOT NULL REFERENCES passages (id),
    part TEXT NOT NULL,                  -- tractor, trailer, container
    position BIGINT NOT NULL,            -- 0, 1 ... within the part
    text TEXT NOT NULL,                  -- plate or container code, normalised
    core TEXT NOT NULL,                  -- what is compared with a declaration
    country TEXT,
    kind TEXT,
    color TEXT,
    valid BIGINT,                        -- containers: the check digit agrees
    probability DOUBLE PRECISION NOT NULL,
    frame TEXT,                          -- evidence: SHA-256 of the frame that was read
    crop TEXT,                           -- evidence: SHA-256 of the plate cut from it
    PRIMARY KEY (passage, part, position)
);
CREATE INDEX passage_vehicles_text ON passage_vehicles (text);
CREATE INDEX passage_vehicles_core ON passage_vehicles (core);

-- Every reading of an event, also those that a later one overruled.
CREATE TABLE readings (
    event BLOB PRIMARY KEY REFERENCES events (id),
    passage BLOB NOT NULL,
    at BIGINT NOT NULL,
    part TEXT NOT NULL,                  -- tractor, trailer, container
    raw TEXT NOT NULL,
    text TEXT NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    looks BIGINT NOT NULL,
    reading TEXT NOT NULL                -- the whole reading, JSON
);
CREATE INDEX readings_passage ON readings (passage);

-- What central was asked and answered.
CREATE TABLE decisions (
    request BLOB PRIMARY KEY,
    edge TEXT NOT NULL,
    lane TEXT NOT NULL,
    passage BLOB NOT NULL,
    track BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    decision TEXT NOT NULL,              -- JSON
    seen TEXT NOT NULL,                  -- JSON: the facts it was made from
    grant_id BLOB,
    route TEXT,                          -- JSON
    leaf BLOB NOT NULL
);
CREATE INDEX decisions_passage ON decisions (passage);

-- What people did, at the console, at a lane or with the command line.
CREATE TABLE acts (
    id BLOB PRIMARY KEY,
    at BIGINT NOT NULL,
    officer TEXT NOT NULL,
    role TEXT NOT NULL,
    act TEXT NOT NULL,                   -- grant, refuse, hold, mode, stop, correct_plate, import, ...
    lane TEXT,
    passage BLOB,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,                -- JSON
    command BLOB,                        -- the command it sent
    leaf BLOB NOT NULL
);
CREATE INDEX acts_at ON acts (at);
CREATE INDEX acts_passage ON acts (passage);
