-- The RFID tag of a declared vehicle, hexadecimal in upper case: a second identity where its plate cannot be read.
ALTER TABLE expected_vehicles ADD COLUMN tag TEXT;
