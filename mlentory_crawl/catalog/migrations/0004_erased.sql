-- Erased entities are called so everywhere. Runs counted them as forgotten.

ALTER TABLE forgotten RENAME TO erased;

UPDATE run SET report = json_set(
    json_remove(report, '$.records.forgotten'), '$.records.erased', report -> '$.records.forgotten'
) WHERE report -> '$.records.forgotten' IS NOT NULL;

UPDATE run SET report = json_set(
    json_remove(report, '$.requested.forgotten'), '$.requested.erased', report -> '$.requested.forgotten'
) WHERE report -> '$.requested.forgotten' IS NOT NULL;
