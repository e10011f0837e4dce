-- What models on trial made of passages, beside the models that decide. Nothing is decided from it.
CREATE TABLE shadow_readings (
    event BLOB PRIMARY KEY REFERENCES events (id),
    passage BLOB NOT NULL,
    at BIGINT NOT NULL,
    lane TEXT NOT NULL,
    camera TEXT NOT NULL,
    models TEXT NOT NULL,                -- short hash of the manifest of the models on trial
    looks BIGINT NOT NULL,
    agreeing BIGINT NOT NULL,            -- looks at which both read the same
    agrees BIGINT NOT NULL,              -- both made the same of all looks together
    reading TEXT NOT NULL                -- the whole report, JSON
);
CREATE INDEX shadow_readings_at ON shadow_readings (at);

-- Which camera read, and how large the plate was to it.
ALTER TABLE readings ADD COLUMN camera TEXT;
ALTER TABLE readings ADD COLUMN height_px DOUBLE PRECISION;
