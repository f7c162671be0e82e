-- Texts are compared with each other when they are stored, and services are asked whether their answers still hold.

CREATE TABLE compared_text (number INTEGER PRIMARY KEY, record INTEGER NOT NULL UNIQUE);
CREATE TABLE text_band (band INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (band, number)) WITHOUT ROWID;
CREATE INDEX text_band_number ON text_band (number);

ALTER TABLE answer ADD COLUMN address TEXT;
ALTER TABLE answer ADD COLUMN headers TEXT;
CREATE INDEX answer_address ON answer (address, run) WHERE address IS NOT NULL;

ALTER TABLE seed ADD COLUMN state TEXT;
