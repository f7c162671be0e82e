-- Views of what only documents have. They call functions of this program, so each connection makes its own.
CREATE TEMP VIEW results AS
SELECT e.evaluation, e.model, e.model_name, e.dataset, e.dataset_name, e.task,
       json_extract(v.value, '$.metric') AS metric, json_extract(v.value, '$.number') AS value,
       json_extract(v.value, '$.stated') AS stated, json_extract(v.value, '$.settings') AS settings, e.record
FROM evaluations AS e JOIN record AS r ON r.id = e.record_id
JOIN json_each(evaluation_results(r.document, e.evaluation)) AS v;

CREATE TEMP VIEW properties AS
SELECT r.iri, json_extract(v.value, '$.property') AS property, json_extract(v.value, '$.name') AS name,
       json_extract(v.value, '$.number') AS value, json_extract(v.value, '$.stated') AS stated,
       json_extract(v.value, '$.unit') AS unit, r.platform || '/' || r.kind || '/' || r.key AS record
FROM record AS r JOIN json_each(additional_properties(r.document)) AS v
WHERE r.deleted_at IS NULL;
