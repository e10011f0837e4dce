-- Vehicles that officers let pass by hand while power or the edge was gone: each a numbered slip of paper, entered later.
CREATE TABLE paper_slips (
    passage BLOB PRIMARY KEY,            -- the passage that it became
    number TEXT NOT NULL,                -- as it stands on the slip
    number_key TEXT NOT NULL,            -- the same for every way to write that number
    lane TEXT NOT NULL REFERENCES lanes (lane),
    at BIGINT NOT NULL,                  -- when the vehicle passed or was turned away, as written
    core TEXT NOT NULL,
    declaration TEXT,                    -- as written; need not be known here
    reason TEXT NOT NULL,                -- no_power, edge_gone, devices_defective, other
    entered_at BIGINT NOT NULL,
    slip TEXT NOT NULL,                  -- the whole of it as it was entered, JSON
    withdrawn_at BIGINT,                 -- entered wrongly: counts for nothing from then on
    withdrawn_by TEXT,
    withdrawn_reason TEXT
);
-- A number exists once; one that was withdrawn may be entered again.
CREATE UNIQUE INDEX paper_slips_number ON paper_slips (number_key) WHERE withdrawn_at IS NULL;
CREATE INDEX paper_slips_at ON paper_slips (at);
CREATE INDEX paper_slips_entered ON paper_slips (entered_at);

-- What the slip says beside the vehicle, JSON; NULL where a machine saw the passage.
ALTER TABLE passages ADD COLUMN paper TEXT;
