-- What people read. All views run with the rights and the tenant of whoever asks (security_invoker).

-- The rows of imports, each attempt's, one by one. A condition on row_number does not spare reading the other rows.
CREATE VIEW migration.import_rows WITH (security_invoker = true) AS
SELECT
    b.engagement_id,
    b.client_account_id,
    b.data_import_id,
    b.attempt,
    b.table_number,
    (row.stored ->> 0)::integer AS row_number,
    (row.stored ->> 1)::integer AS line,
    (row.stored ->> 2)::boolean AS is_valid,
    row.stored -> 3 AS raw,
    nullif(row.stored -> 4, 'null') AS cleansed,
    nullif(row.stored -> 5, 'null') AS errors
FROM migration.import_row_blocks AS b
CROSS JOIN LATERAL (
    SELECT line::jsonb AS stored FROM string_to_table(convert_from(b.rows, 'UTF8'), E'\n') AS line
) AS row;

-- The rows that count, as objects: raw_data by header, cleansed_data by canonical field. A field's cleansed value is
-- the raw text of its column (of several columns the filled one with the highest confidence, then the leftmost) unless
-- import_rows.cleansed says otherwise; there a field with null has no usable value.
CREATE VIEW migration.raw_import_records WITH (security_invoker = true) AS
SELECT
    r.engagement_id,
    r.client_account_id,
    r.data_import_id,
    t.table_name,
    r.row_number,
    r.line,
    raw.data AS raw_data,
    CASE WHEN t.imported THEN raw.mapped || coalesce(r.cleansed, '{}') END AS cleansed_data,
    coalesce(r.errors, '[]') AS validation_errors,
    CASE
        WHEN NOT t.imported THEN 'This table brings nothing to the inventory.'
        WHEN NOT r.is_valid THEN 'Held back by validation.'
        WHEN r.is_valid IS NULL AND i.validation_results IS NOT NULL THEN 'No record of the inventory, as its source says.'
        WHEN i.status = 'undone' THEN 'Its import was undone.'
        WHEN NOT i.claims_active THEN 'Waits for enrichment.'
    END AS processing_notes,
    r.is_valid,
    claim.asset_id IS NOT NULL AS is_processed,
    claim.asset_id,
    CASE WHEN claim.asset_id IS NOT NULL THEN i.completed_at END AS processed_at,
    i.created_at
FROM migration.import_rows AS r
JOIN migration.data_imports AS i
    ON i.engagement_id = r.engagement_id AND i.id = r.data_import_id AND i.rows_attempt = r.attempt
JOIN migration.import_tables AS t
    ON t.engagement_id = r.engagement_id AND t.data_import_id = r.data_import_id AND t.table_number = r.table_number
CROSS JOIN LATERAL (
    SELECT
        (
            SELECT coalesce(jsonb_object_agg(cell.name, cell.value), '{}')
            FROM ROWS FROM (jsonb_array_elements_text(t.columns), jsonb_array_elements(r.raw)) AS cell (name, value)
            WHERE cell.name IS NOT NULL
        ) AS data,
        (
            SELECT coalesce(
                -- of equal keys jsonb keeps the last
                jsonb_object_agg(m.target_field, r.raw -> m.position ORDER BY m.confidence_score, m.position DESC)
                    FILTER (WHERE r.raw ->> m.position IS NOT NULL),
                '{}'
            )
            FROM migration.import_field_mappings AS m
            WHERE m.engagement_id = r.engagement_id AND m.data_import_id = r.data_import_id
                AND m.table_name = t.table_name AND m.target_field IS NOT NULL AND m.status <> 'rejected'
        ) AS mapped
) AS raw
LEFT JOIN migration.claim_asset_blocks AS b
    ON b.engagement_id = r.engagement_id AND b.data_import_id = r.data_import_id AND b.role = 0
        AND b.table_number = r.table_number AND b.block_number = (r.row_number - 1) / 1024
        AND i.claims_active
CROSS JOIN LATERAL (
    SELECT nullif(
        nullif(encode(substring(b.asset_ids FROM (r.row_number - 1) % 1024 * 16 + 1 FOR 16), 'hex'), ''),
        '00000000000000000000000000000000'
    )::uuid AS asset_id
) AS claim;

-- Runs of validation agents: which agent, in which flow, in which state, with which result. A step is an agent's when
-- its input says whether the agent was asked for; the other steps of the phase are stages of the import.
CREATE VIEW migration.crewai_task_execution WITH (security_invoker = true) AS
SELECT
    s.engagement_id,
    s.client_account_id,
    s.id,
    f.flow_id,
    s.data_import_id,
    s.step_name AS agent,
    s.status AS state,
    s.output_data AS result,
    s.error_details,
    s.attempt,
    s.records_processed,
    s.duration_seconds,
    s.started_at,
    s.completed_at
FROM migration.import_processing_steps AS s
JOIN migration.discovery_flows AS f
    ON f.engagement_id = s.engagement_id AND f.data_import_id = s.data_import_id
WHERE s.phase = 'validation' AND s.input_data ? 'asked_for';
