-- What changes how a lane stands, each kind by lane: the last of it before a day is found without a walk through
-- all that happened.
CREATE INDEX events_standing ON events (lane, kind, at)
    WHERE kind = 'mode_changed' OR kind = 'barrier_moved' OR kind = 'started' OR kind = 'fault' OR kind = 'fault_cleared';
