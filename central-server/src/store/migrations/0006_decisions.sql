-- What a decision to open was about, so that one announced vehicle is not let through twice, and where
-- vehicles were sent, so that the least loaded place is advised.
ALTER TABLE decisions ADD COLUMN declaration TEXT;
ALTER TABLE decisions ADD COLUMN core TEXT;
ALTER TABLE decisions ADD COLUMN direction TEXT;
ALTER TABLE decisions ADD COLUMN route_to TEXT;
CREATE INDEX decisions_vehicle ON decisions (declaration, core);
CREATE INDEX decisions_answered ON decisions (answered_at);
CREATE INDEX sessions_until ON sessions (until_at);
