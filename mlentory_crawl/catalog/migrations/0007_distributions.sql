-- How often records have each value is counted, and kept at the end of each run; records are found by their kind in the
-- order of their changes. The documents are packed: whoever writes next counts what they state.

CREATE TABLE value (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    distribution TEXT NOT NULL,
    value TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (platform, kind, distribution, value)
) WITHOUT ROWID;
CREATE TABLE distribution (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    at TEXT NOT NULL,
    records INTEGER NOT NULL,
    counts BLOB NOT NULL,
    PRIMARY KEY (platform, kind, run)
) WITHOUT ROWID;
CREATE INDEX record_kind ON record (platform, kind, sequence);

INSERT INTO meta VALUES ('uncounted_values', '1');
