-- The catalog: what each source states about each entity, and how the projections find out. Each change of it is also a
-- migration (migrations/), which makes the same of the catalogs of earlier versions.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    platform TEXT NOT NULL,
    instance TEXT NOT NULL,         -- as in record
    mode TEXT NOT NULL,
    identity TEXT NOT NULL,         -- what the same command gives again: spider, endpoint and arguments, as JSON
    started_at TEXT NOT NULL,
    completed_at TEXT,              -- when its last page was stored: a run without it can be resumed
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    cursor TEXT,                    -- where to go on, as JSON: written in the transaction of the pages before it
    report TEXT NOT NULL            -- the run report so far, as JSON
);

-- One row is what one source states about one entity.
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    instance TEXT NOT NULL,         -- which of the platform's installations it is of; empty for its public or only one
    key TEXT NOT NULL,              -- the platform's own id; behind the instance and a slash, where there is one
    iri TEXT NOT NULL,
    hash BLOB NOT NULL,             -- of the document: equal means unchanged
    sequence INTEGER NOT NULL,      -- grows with each version, tombstone, rename and published counter
    run INTEGER NOT NULL,           -- the run that brought this version; 0 where the entity was erased
    modified TEXT,                  -- when the source says that the entity changed
    deleted_at TEXT,                -- when the source was found to have it no more: the row is a tombstone
    document BLOB NOT NULL,         -- {"root", "parts", "stubs"} as JSON, zstd
    provenance TEXT NOT NULL,       -- {"source", "fetched_at", ...} as JSON
    digest BLOB,                    -- of what was fetched, counters apart: equal means that mapping it changes nothing
    issues TEXT,                    -- field and reason of each value that was left out, as JSON; NULL for none
    missed_by INTEGER               -- the first run of the censuses in a row that have not shown it
);
CREATE UNIQUE INDEX record_key ON record (platform, kind, key, instance); -- the key alone is unique
CREATE UNIQUE INDEX record_sequence ON record (sequence);
CREATE INDEX record_kind ON record (platform, kind, sequence);
CREATE INDEX record_iri ON record (iri, sequence);
CREATE INDEX record_run ON record (run);
CREATE INDEX record_deleted ON record (platform, kind, instance, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX record_missed_by ON record (missed_by) WHERE missed_by IS NOT NULL;

-- What a record stated before.
CREATE TABLE version (
    record INTEGER NOT NULL,
    run INTEGER NOT NULL,
    iri TEXT NOT NULL,
    document BLOB NOT NULL,
    provenance TEXT NOT NULL,
    PRIMARY KEY (record, run)
) WITHOUT ROWID;
CREATE INDEX version_run ON version (run);

CREATE TABLE counter (
    record INTEGER PRIMARY KEY,
    observed TEXT NOT NULL,         -- as JSON, like published
    published TEXT NOT NULL         -- what projections show
);

-- Which records the current run has seen.
CREATE TABLE seen (run INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (run, record)) WITHOUT ROWID;

CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL,
    class TEXT NOT NULL,
    name TEXT,
    described INTEGER NOT NULL      -- 0: only named
);
CREATE UNIQUE INDEX entity_iri ON entity (iri);
CREATE INDEX entity_class ON entity (class, lower(name));
-- The last segment of an IRI, parts of entities left out: `ENDING` in sql.py.
CREATE INDEX entity_ending ON entity (lower(substr(iri, 1 + length(rtrim(iri, replace(iri, '/', ''))))))
    WHERE instr(iri, '#') = 0;

CREATE TABLE edge (
    source INTEGER NOT NULL,
    type TEXT NOT NULL,
    target INTEGER NOT NULL,
    record INTEGER NOT NULL,        -- which states it
    kind TEXT,                      -- of a derivation: finetune, adapter, quantized, merge
    PRIMARY KEY (source, type, target, record)
) WITHOUT ROWID;
CREATE INDEX edge_target ON edge (target, type, kind);

-- How many rows there are, kept by triggers: counting them takes seconds in a large catalog.
CREATE TABLE total (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO total VALUES ('described', 0), ('named', 0), ('edges', 0);
CREATE TABLE record_total (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    instance TEXT NOT NULL,
    live INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    PRIMARY KEY (platform, kind, instance)
) WITHOUT ROWID;

CREATE TRIGGER edge_added AFTER INSERT ON edge BEGIN
    UPDATE total SET count = count + 1 WHERE name = 'edges';
END;
CREATE TRIGGER edge_removed AFTER DELETE ON edge BEGIN
    UPDATE total SET count = count - 1 WHERE name = 'edges';
END;
CREATE TRIGGER entity_added AFTER INSERT ON entity BEGIN
    UPDATE total SET count = count + 1 WHERE name = CASE WHEN new.described THEN 'described' ELSE 'named' END;
END;
CREATE TRIGGER entity_removed AFTER DELETE ON entity BEGIN
    UPDATE total SET count = count - 1 WHERE name = CASE WHEN old.described THEN 'described' ELSE 'named' END;
END;
CREATE TRIGGER entity_described AFTER UPDATE OF described ON entity WHEN old.described <> new.described BEGIN
    UPDATE total SET count = count + CASE WHEN (name = 'described') = new.described THEN 1 ELSE -1 END
    WHERE name IN ('described', 'named');
END;
-- The rows of erased entities, which have no run, are none of the catalog's records.
CREATE TRIGGER record_added AFTER INSERT ON record WHEN new.run <> 0 BEGIN
    INSERT INTO record_total VALUES (
        new.platform, new.kind, new.instance, new.deleted_at IS NULL, new.deleted_at IS NOT NULL
    ) ON CONFLICT (platform, kind, instance) DO UPDATE
        SET live = live + excluded.live, deleted = deleted + excluded.deleted;
END;
CREATE TRIGGER record_removed AFTER DELETE ON record WHEN old.run <> 0 BEGIN
    UPDATE record_total SET live = live - (old.deleted_at IS NULL), deleted = deleted - (old.deleted_at IS NOT NULL)
    WHERE platform = old.platform AND kind = old.kind AND instance = old.instance;
END;
CREATE TRIGGER record_changed AFTER UPDATE OF run, deleted_at ON record
    WHEN (old.run <> 0) <> (new.run <> 0) OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
    UPDATE record_total SET
        live = live + (new.run <> 0 AND new.deleted_at IS NULL) - (old.run <> 0 AND old.deleted_at IS NULL),
        deleted = deleted + (new.run <> 0 AND new.deleted_at IS NOT NULL)
            - (old.run <> 0 AND old.deleted_at IS NOT NULL)
    WHERE platform = new.platform AND kind = new.kind AND instance = new.instance;
END;

CREATE TABLE alias (iri TEXT PRIMARY KEY, target TEXT NOT NULL, reason TEXT NOT NULL, run INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX alias_target ON alias (target);

-- What is not to be kept, whoever states it; a record of it is a husk of IRI and class.
CREATE TABLE erased (iri TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    payload BLOB NOT NULL           -- the record as it came, as JSON, zstd
);
CREATE INDEX quarantine_run ON quarantine (run, platform, kind, key);

CREATE TABLE refusal (
    projection TEXT NOT NULL,
    key TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (projection, key)
) WITHOUT ROWID;

-- How many live records have each field.
CREATE TABLE field (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (platform, kind, name)
) WITHOUT ROWID;

-- How many live records have each value: a license, a size.
CREATE TABLE value (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    distribution TEXT NOT NULL,     -- such as license
    value TEXT NOT NULL,            -- an IRI or a text; empty for records that state none
    records INTEGER NOT NULL,
    PRIMARY KEY (platform, kind, distribution, value)
) WITHOUT ROWID;

-- The same at the end of each run that had to do with records of a kind.
CREATE TABLE distribution (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    at TEXT NOT NULL,
    records INTEGER NOT NULL,       -- the live ones
    counts BLOB NOT NULL,           -- by distribution and value, the most frequent ones, as JSON, zstd
    PRIMARY KEY (platform, kind, run)
) WITHOUT ROWID;

-- What became of the lines of a seed list.
CREATE TABLE seed (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    place TEXT NOT NULL,            -- file and line
    url TEXT NOT NULL,
    platform TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    state TEXT,                     -- what the outcome means on the platform, such as paywall, if it says more
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- The fields that a source of seeds had when it was read last, with their types, as JSON.
CREATE TABLE seed_list (source TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;

-- The texts that others are compared with, in the order in which they came, and the bands of their signatures.
CREATE TABLE compared_text (number INTEGER PRIMARY KEY, record INTEGER NOT NULL UNIQUE);
CREATE TABLE text_band (band INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (band, number)) WITHOUT ROWID;
CREATE INDEX text_band_number ON text_band (number);

-- What was asked for by name because a record names it.
CREATE TABLE lookup (
    iri TEXT PRIMARY KEY,
    run INTEGER NOT NULL,
    found TEXT,                     -- the IRI of what is there; NULL for nothing
    at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE answer (
    run INTEGER NOT NULL,
    place TEXT NOT NULL,            -- the address that was asked for
    sha256 TEXT NOT NULL,
    file TEXT NOT NULL,             -- below raw/: identical answers share one
    address TEXT,                   -- the address that gave it, if the service can be asked whether it still holds
    headers TEXT,                   -- those that it came with then, as JSON
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE INDEX answer_sha256 ON answer (sha256);
CREATE INDEX answer_address ON answer (address, run) WHERE address IS NOT NULL;

-- Up to which time of a platform's own the catalog has what it says, and its last complete census.
CREATE TABLE watermark (
    platform TEXT NOT NULL,
    instance TEXT NOT NULL,
    value TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (platform, instance)
) WITHOUT ROWID;
CREATE TABLE census (
    platform TEXT NOT NULL,
    instance TEXT NOT NULL,
    completed_at TEXT NOT NULL,
    run INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (platform, instance)
) WITHOUT ROWID;

-- Views for people who write SQL: flat, and only of what live records state. Nothing is merged: several records may
-- state the same. A crawl does nothing for them. Older versions of SQLite than ours can read them, too.
CREATE VIEW relations AS
SELECT s.iri AS source, s.name AS source_name, s.class AS source_class, e.type,
       coalesce(now.iri, a.target, t.iri) AS target, coalesce(now.name, t.name) AS target_name, t.class AS target_class,
       e.kind, r.platform || '/' || r.kind || '/' || r.key AS record
FROM edge AS e JOIN entity AS s ON s.id = e.source JOIN entity AS t ON t.id = e.target JOIN record AS r ON r.id = e.record
LEFT JOIN alias AS a ON a.iri = t.iri LEFT JOIN entity AS now ON now.iri = a.target -- what was renamed has its present name
WHERE r.deleted_at IS NULL;

CREATE VIEW models AS
SELECT m.iri, m.name,
       (SELECT group_concat(platform, ', ') FROM (
           SELECT DISTINCT platform FROM record WHERE iri = m.iri AND deleted_at IS NULL ORDER BY 1)) AS platform,
       (SELECT group_concat(name, ', ') FROM (
           SELECT DISTINCT coalesce(target_name, target) AS name FROM relations
           WHERE source = m.iri AND type = 'SHARED_BY' ORDER BY 1)) AS author,
       (SELECT group_concat(name, ', ') FROM (
           SELECT DISTINCT coalesce(target_name, target) AS name FROM relations
           WHERE source = m.iri AND type = 'LICENSE' ORDER BY 1)) AS license,
       (SELECT group_concat(name, ', ') FROM (
           SELECT DISTINCT coalesce(target_name, target) AS name FROM relations
           WHERE source = m.iri AND type = 'ML_TASK' ORDER BY 1)) AS task,
       (SELECT group_concat(name, ', ') FROM (
           SELECT DISTINCT coalesce(target_name, target) AS name FROM relations
           WHERE source = m.iri AND type = 'WAS_DERIVED_FROM' ORDER BY 1)) AS base_model,
       (SELECT max(json_extract(c.published, '$.downloads')) FROM record AS r JOIN counter AS c ON c.record = r.id
        WHERE r.iri = m.iri AND r.deleted_at IS NULL) AS downloads,
       (SELECT max(json_extract(c.published, '$.likes')) FROM record AS r JOIN counter AS c ON c.record = r.id
        WHERE r.iri = m.iri AND r.deleted_at IS NULL) AS likes,
       (SELECT max(modified) FROM record WHERE iri = m.iri AND deleted_at IS NULL) AS modified,
       (SELECT max(json_extract(provenance, '$.fetched_at')) FROM record WHERE iri = m.iri AND deleted_at IS NULL) AS fetched_at
FROM entity AS m
WHERE m.class = 'MLModel' AND EXISTS (SELECT 1 FROM record AS r WHERE r.iri = m.iri AND r.deleted_at IS NULL);

CREATE VIEW derivations AS
SELECT source AS model, source_name AS model_name, target AS base_model, target_name AS base_model_name, kind, record
FROM relations WHERE type = 'WAS_DERIVED_FROM';

CREATE VIEW evaluations AS
SELECT v.iri AS evaluation, v.name,
       coalesce(m_now.iri, m_alias.target, m.iri) AS model, coalesce(m_now.name, m.name) AS model_name,
       coalesce(d_now.iri, d_alias.target, d.iri) AS dataset, coalesce(d_now.name, d.name) AS dataset_name,
       (SELECT group_concat(name, ', ') FROM (
           SELECT DISTINCT coalesce(target_name, target) AS name FROM relations
           WHERE source = v.iri AND type = 'ABOUT' ORDER BY 1)) AS task,
       r.platform || '/' || r.kind || '/' || r.key AS record, r.id AS record_id
FROM edge AS e JOIN record AS r ON r.id = e.record JOIN entity AS v ON v.id = e.source JOIN entity AS d ON d.id = e.target
LEFT JOIN alias AS d_alias ON d_alias.iri = d.iri LEFT JOIN entity AS d_now ON d_now.iri = d_alias.target
LEFT JOIN edge AS o ON o.source = e.source AND o.type = 'EVALUATED_ML_MODEL' AND o.record = e.record
LEFT JOIN entity AS m ON m.id = o.target
LEFT JOIN alias AS m_alias ON m_alias.iri = m.iri LEFT JOIN entity AS m_now ON m_now.iri = m_alias.target
WHERE e.type = 'EVALUATION_DATASET' AND r.deleted_at IS NULL;

CREATE VIEW licenses AS
SELECT target AS iri, max(target_name) AS name, count(DISTINCT source) AS models
FROM relations WHERE type = 'LICENSE' AND source_class = 'MLModel' GROUP BY target;

CREATE VIEW tasks AS
SELECT target AS iri, max(target_name) AS name, count(DISTINCT source) AS models
FROM relations WHERE type = 'ML_TASK' GROUP BY target;

CREATE VIEW datasets AS
SELECT target AS iri, max(target_name) AS name,
       count(DISTINCT source) FILTER (WHERE type = 'TRAINED_ON') AS trained_models,
       count(DISTINCT source) FILTER (WHERE type = 'EVALUATION_DATASET') AS evaluations
FROM relations WHERE target_class = 'Dataset' AND type IN ('TRAINED_ON', 'EVALUATION_DATASET') GROUP BY target;
