-- Whose reading a picture vouches for: asked before an agency gets a picture.
CREATE INDEX passage_vehicles_frame ON passage_vehicles (frame);
CREATE INDEX passage_vehicles_crop ON passage_vehicles (crop);
