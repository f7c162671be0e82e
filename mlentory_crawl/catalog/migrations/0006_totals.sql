-- What grows with the catalog is counted when it changes, and names are looked up in indexes.

DROP INDEX edge_target;
CREATE INDEX edge_target ON edge (target, type, kind);
CREATE INDEX entity_class ON entity (class, lower(name));
CREATE INDEX entity_ending ON entity (lower(substr(iri, 1 + length(rtrim(iri, replace(iri, '/', ''))))))
    WHERE instr(iri, '#') = 0;

CREATE TABLE total (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO total
    SELECT 'described', coalesce(sum(described), 0) FROM entity
    UNION ALL SELECT 'named', coalesce(sum(NOT described), 0) FROM entity
    UNION ALL SELECT 'edges', count(*) FROM edge;
CREATE TABLE record_total (
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    instance TEXT NOT NULL,
    live INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    PRIMARY KEY (platform, kind, instance)
) WITHOUT ROWID;
INSERT INTO record_total
    SELECT platform, kind, instance, count(*) - count(deleted_at), count(deleted_at) FROM record
    WHERE run <> 0 GROUP BY 1, 2, 3;

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
