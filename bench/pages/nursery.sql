-- A nursery of five years: 10 warehouses (and a new, empty one), 200 areas, 2,000 locations, and :photos photos, a twentieth
-- counted twice, a tenth needing attention, a tenth waiting for review. Photo n is the n-th that was uploaded; the last 200
-- came within the hour and are being counted.

INSERT INTO users (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, language)
SELECT '', false, 'person' || n, '', '', '', false, true, now(), '' FROM generate_series(1, 20) n;

INSERT INTO product_categories (created_at, updated_at, code, name, active) VALUES (now(), now(), 'C', 'Succulents', true);
INSERT INTO product_families (created_at, updated_at, code, name, active, category_id, scientific_name)
SELECT now(), now(), 'F', 'Echeverias', true, id, 'Echeveria' FROM product_categories;
INSERT INTO products (created_at, updated_at, family_id, sku, common_name, scientific_name, attributes, active, currency)
SELECT now(), now(), (SELECT id FROM product_families), 'SKU' || n, 'Plant ' || n, 'Planta ' || n, '{}', true, ''
FROM generate_series(1, 40) n;
INSERT INTO product_states (created_at, updated_at, code, name, active, is_sellable, sort_order)
VALUES (now(), now(), 'S', 'Growing', true, false, 1);

INSERT INTO warehouses (created_at, updated_at, code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon,
    centroid_lat, area_m2, warehouse_type)
SELECT now(), now(), 'W' || n, 'Warehouse ' || n, true, '{}', 0, 0, 1, 1, 0.5, 0.5, 1000, 'greenhouse' FROM generate_series(1, 11) n;
INSERT INTO storage_areas (created_at, updated_at, code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon,
    centroid_lat, area_m2, warehouse_id, position)
SELECT now(), now(), code || '-A' || n, 'Area ' || n, true, '{}', 0, 0, 1, 1, 0.5, 0.5, 100, id, 'C'
FROM warehouses, generate_series(1, 20) n ORDER BY id, n;
INSERT INTO storage_locations (created_at, updated_at, code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon,
    centroid_lat, area_m2, storage_area_id, description)
SELECT now(), now(), code || '-' || n, 'Bay ' || n, true, '{}', 0, 0, 1, 1, 0.5, 0.5, 7, id, ''
FROM storage_areas, generate_series(1, 10) n ORDER BY id, n;
INSERT INTO location_configs (created_at, updated_at, location_id, product_id, expected_state_id, notes, active, started_at)
SELECT now(), now(), id, (SELECT min(id) FROM products) + id % 40, (SELECT id FROM product_states), '', true, now()
FROM storage_locations;

-- Each place has an outline of five corners, as those from a map program have; the map reads them.
UPDATE warehouses SET polygon = jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
    jsonb_build_array(-99.1 + id * 0.00004, 19.4), jsonb_build_array(-99.09996 + id * 0.00004, 19.4),
    jsonb_build_array(-99.09996 + id * 0.00004, 19.40002), jsonb_build_array(-99.1 + id * 0.00004, 19.40002),
    jsonb_build_array(-99.1 + id * 0.00004, 19.4))));
UPDATE storage_areas SET polygon = jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
    jsonb_build_array(-99.1 + id * 0.00004, 19.4), jsonb_build_array(-99.09996 + id * 0.00004, 19.4),
    jsonb_build_array(-99.09996 + id * 0.00004, 19.40002), jsonb_build_array(-99.1 + id * 0.00004, 19.40002),
    jsonb_build_array(-99.1 + id * 0.00004, 19.4))));
UPDATE storage_locations SET polygon = jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(
    jsonb_build_array(-99.1 + id * 0.00004, 19.4), jsonb_build_array(-99.09996 + id * 0.00004, 19.4),
    jsonb_build_array(-99.09996 + id * 0.00004, 19.40002), jsonb_build_array(-99.1 + id * 0.00004, 19.40002),
    jsonb_build_array(-99.1 + id * 0.00004, 19.4))));

-- The photos, first as one table of their numbers. Warehouse 11 is new and has no photos. Location 1 is photographed every week.
CREATE TEMPORARY TABLE planned AS
SELECT
    n,
    md5('image' || n)::uuid AS image_id,
    md5('job' || n)::uuid AS job_id,
    CASE WHEN n > :photos - 200 THEN now() - interval '15 seconds' * (:photos - n)
        ELSE now() - interval '1 hour' - interval '5 years' * ((:photos - n)::float / :photos) END AS moment,
    (SELECT min(id) FROM users WHERE username LIKE 'person%') + n / 50 % 20 AS person,
    CASE
        WHEN n % 10 = 3 AND n % 100 < 43 THEN NULL
        WHEN n % greatest(1, :photos / 261) = 0 THEN (SELECT min(id) FROM storage_locations)
        ELSE (SELECT min(id) FROM storage_locations) + 1 + (n * 7919::bigint) % 1999
    END AS place,
    CASE WHEN n % 10 <> 3 THEN ''
        ELSE (ARRAY['needs_location', 'needs_location', 'needs_location', 'needs_location', 'needs_location', 'needs_config', 'needs_config',
            'too_dark', 'detection_failed', 'internal_error'])[1 + n % 100 / 10] END AS problem
FROM generate_series(1, :photos) n;

INSERT INTO photo_uploads (created_at, updated_at, upload_session_id, user_id, source, notes, accepted_files, accepted_bytes, refused,
    duplicates)
SELECT moment, moment, md5('upload' || n / 50)::uuid, person, 'web', '', 50, 125000000, '[]', '[]' FROM planned WHERE n % 50 = 0 OR n = 1;

INSERT INTO s3_images (created_at, updated_at, image_id, kind, s3_bucket, s3_key_original, s3_key_thumbnail, s3_key_preview, staging_name,
    stored_at, thumbnail_stored_at, original_fault, content_type, file_size_bytes, sha256, original_filename, width_px, height_px,
    exif_metadata, gps_coordinates, taken_at, storage_location_id, upload_id, upload_source, uploaded_by_user_id, status, problem, error_details,
    date_doubt, visit_answer)
SELECT moment, moment, image_id, 'photo', 'bench', 'originals/' || image_id || '.jpg', 'thumbnails/' || image_id || '.jpg',
    'previews/' || image_id || '.jpg', '', moment, moment, '', 'image/jpeg', 2500000, md5('sha' || n) || md5('256' || n),
    'IMG_' || lpad(n::text, 8, '0') || CASE WHEN n % 50000 = 17 THEN '-orchid' ELSE '' END || '.jpg', 4032, 3024,
    '{"camera_make": "Pear", "camera_model": "Phone 9"}', '{"lat": 19.4, "lon": -99.1}', moment, place, md5('upload' || n / 50)::uuid, 'web', person,
    CASE WHEN problem = '' THEN 'ready' ELSE 'failed' END, problem, CASE WHEN problem <> '' THEN 'as drawn' END, '', ''
FROM planned;
INSERT INTO s3_images (created_at, updated_at, image_id, kind, s3_bucket, s3_key_original, staging_name, stored_at, original_fault, content_type,
    file_size_bytes, sha256, original_filename, width_px, height_px, status, problem, date_doubt, visit_answer)
SELECT moment, moment, md5('annotated' || n)::uuid, 'annotated', 'bench', 'annotated/' || image_id || '.jpg', '', moment, '', 'image/jpeg', 900000, '',
    'IMG_' || lpad(n::text, 8, '0') || '.jpg', 4032, 3024, 'ready', '', '', ''
FROM planned WHERE problem NOT IN ('detection_failed', 'internal_error');

-- Runs: the newest of each photo, and for a twentieth an earlier one; the last 200 photos are under way.
INSERT INTO photo_jobs (created_at, updated_at, held_by, attempt, postponements, job_id, image_id, upload_id, kind, status, phase, tiles_done,
    tiles_total, started_at, finished_at, problem, error, reason, requested_by_id)
SELECT moment - earlier * interval '1 day', moment, '', 0, 0, CASE WHEN earlier = 1 THEN md5('earlier' || n)::uuid ELSE job_id END, image_id,
    md5('upload' || n / 50)::uuid, 'first',
    CASE WHEN problem IN ('detection_failed', 'internal_error') THEN 'failed' WHEN n > :photos - 200 AND problem = '' THEN 'pending' ELSE 'completed' END,
    CASE WHEN n > :photos - 200 AND problem = '' THEN 'locate' ELSE 'done' END, 0, 20, moment, moment + interval '3 minutes', problem,
    CASE WHEN problem <> '' THEN 'as drawn' ELSE '' END, '', person
FROM planned, generate_series(0, 1) earlier WHERE earlier = 0 OR n % 20 = 0 AND n < :photos - 200;
INSERT INTO photo_processing_sessions (created_at, updated_at, session_id, job_id, storage_location_id, location_evidence, original_image_id,
    processed_image_id, total_detected, total_estimated, total_empty_containers, avg_confidence, category_counts, status, error_message,
    validated, validated_by_user_id, validation_date, partial, review_reasons, refusal, refusal_message, parameters_hash, phase_seconds)
SELECT job.created_at, job.updated_at, md5(job.job_id::text)::uuid, job.job_id, place, '{"outcome": "unknown", "reason": {"code": "no_gps"}, "candidates": []}', planned.image_id,
    CASE WHEN job.status = 'completed' THEN md5('annotated' || n)::uuid END,
    CASE WHEN job.status = 'completed' THEN 100 + n % 50 END, CASE WHEN job.status = 'completed' THEN 110 + n % 50 END,
    CASE WHEN job.status = 'completed' THEN n % 7 END, (0.5 + (n * 7919::bigint % 4999) / 10000.0),
    '{"plant": 100, "empty": 5, "dead": 0}', job.status, CASE WHEN job.status = 'failed' THEN 'as drawn' END,
    n % 10 <> 7 AND job.status = 'completed' AND job.problem <> 'too_dark', person, moment, false,
    CASE WHEN n % 30 = 7 THEN '[{"code": "doubtful.container", "parameters": {"container": "segment"}}]' ELSE '[]' END::jsonb,
    CASE WHEN job.problem = 'too_dark' THEN 'too_dark' ELSE '' END, CASE WHEN job.problem = 'too_dark' THEN 'hardly any light' ELSE '' END, '', '{}'
FROM planned JOIN photo_jobs job USING (image_id);

-- Containers of a fiftieth of the photos, plants of the newest 200 of these.
INSERT INTO photo_segments (created_at, updated_at, held_by, attempt, postponements, session_id, number, container_class, polygon, confidence, area_px,
    status, error, capped, tiles_done, tiles_total, detected, estimated, empty, dead)
SELECT now(), now(), '', 0, 0, session.id, number, 'segment', '[[0, 0], [1000, 0], [1000, 900], [0, 900]]', 0.9, 900000, 'done', '', false, 20, 20, 30, 33, 1, 0
FROM planned JOIN photo_jobs job USING (job_id) JOIN photo_processing_sessions session ON session.job_id = job.job_id, generate_series(1, 3) number
WHERE n % 50 = 0 AND session.status = 'completed';
INSERT INTO photo_detections (segment_id, class_id, center_x_px, center_y_px, width_px, height_px, confidence, counted)
SELECT id, 0, plant % 60 * 15, plant / 60 * 150, 14, 14, 0.8, true
FROM (SELECT id FROM photo_segments ORDER BY id DESC LIMIT 600) newest, generate_series(1, 270) plant;

DROP TABLE planned;
