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
