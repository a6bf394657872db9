-- A stock ledger of five years that ends now: :batches batches in bays of ten cultivation cycles each, one after the
-- other, and :movements movements. Every fourth movement is a photo count and comes with its visit and
-- its difference.
INSERT INTO warehouses (code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon, centroid_lat,
    area_m2, warehouse_type, created_at, updated_at)
SELECT 'W' || n, 'Warehouse ' || n, true, '{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}',
    0, 0, 1, 1, 0.5, 0.5, 1000, 'greenhouse', now(), now()
FROM generate_series(1, 20) AS n;

INSERT INTO storage_areas (code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon, centroid_lat,
    area_m2, warehouse_id, position, created_at, updated_at)
SELECT warehouse.code || '-A' || n, 'Bed ' || n, true, warehouse.polygon, 0, 0, 1, 1, 0.5, 0.5, 100, warehouse.id, 'N',
    now(), now()
FROM warehouses AS warehouse, generate_series(1, 20) AS n;

CREATE TEMPORARY TABLE beds AS
SELECT id, code, polygon, row_number() OVER (ORDER BY id) - 1 AS number FROM storage_areas;

INSERT INTO storage_locations (code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon,
    centroid_lat, area_m2, storage_area_id, description, created_at, updated_at)
SELECT bed.code || '-' || n, 'Bay ' || n, true, bed.polygon, 0, 0, 1, 1, 0.5, 0.5, 7, bed.id, '', now(), now()
FROM generate_series(0, :batches / 10 - 1) AS n JOIN beds AS bed ON bed.number = n % 400;

INSERT INTO product_categories (code, name, active, created_at, updated_at) VALUES ('C', 'Cactus', true, now(), now());
INSERT INTO product_families (code, name, active, category_id, scientific_name, created_at, updated_at)
SELECT 'F', 'Family', true, id, 'Familia', now(), now() FROM product_categories;
INSERT INTO products (family_id, sku, common_name, scientific_name, attributes, active, currency, created_at, updated_at)
SELECT family.id, 'SKU-' || n, 'Product ' || n, 'Species ' || n, '{}', true, '', now(), now()
FROM product_families AS family, generate_series(1, 300) AS n;
INSERT INTO product_states (code, name, active, is_sellable, sort_order, created_at, updated_at)
SELECT 'S' || n, 'State ' || n, true, n > 2, n, now(), now() FROM generate_series(1, 4) AS n;
INSERT INTO packaging_types (code, name, active, created_at, updated_at) VALUES ('POT', 'Pot', true, now(), now());
INSERT INTO packaging_materials (code, name, active, created_at, updated_at) VALUES ('P', 'Plastic', true, now(), now());
INSERT INTO packaging_colours (code, name, active, created_at, updated_at) VALUES ('B', 'Black', true, now(), now());
INSERT INTO packagings (sku, name, packaging_type_id, material_id, colour_id, active, created_at, updated_at)
SELECT 'POT-' || n, 'Pot ' || n, kind.id, material.id, colour.id, true, now(), now()
FROM packaging_types AS kind, packaging_materials AS material, packaging_colours AS colour, generate_series(1, 10) AS n;

CREATE TEMPORARY TABLE grown AS
SELECT location.id AS location_id, location.code, cycle,
    now() - interval '1 day' * (183 * (10 - cycle)) + interval '1 minute' * (location.id % 1440) AS started_at,
    (SELECT min(id) FROM products) + (location.id * 7 + cycle * 31) % 300 AS product_id,
    (SELECT min(id) FROM packagings) + (location.id + cycle) % 10 AS packaging_id,
    (SELECT min(id) FROM product_states) + (location.id + cycle) % 4 AS state_id
FROM storage_locations AS location, generate_series(0, 9) AS cycle;

INSERT INTO location_configs (location_id, product_id, packaging_id, expected_state_id, notes, active, started_at,
    closed_at, created_at, updated_at)
SELECT location_id, product_id, packaging_id, state_id, '', cycle = 9, started_at,
    CASE WHEN cycle < 9 THEN started_at + interval '183 days' END, now(), now()
FROM grown;

INSERT INTO stock_batches (batch_code, location_id, config_id, product_id, packaging_id, state_id, quantity_initial,
    quantity_current, quantity_empty_containers, notes, created_at, updated_at)
SELECT grown.code || '/' || cycle, config.location_id, config.id, config.product_id, config.packaging_id,
    config.expected_state_id, 0, 0, 0, '', now(), now()
FROM grown JOIN location_configs AS config USING (location_id, started_at);

-- The first movement of a batch brings ten plants for each movement, every other takes five, the last of a closed
-- cycle the rest.
CREATE TEMPORARY TABLE moved AS
SELECT batch.id AS batch_id, batch.location_id, n, config.active,
    config.started_at + interval '183 days' * (n - 0.5) / (:movements / :batches) AS happened_at,
    CASE WHEN n = 1 THEN 10 * (:movements / :batches)
        WHEN n = :movements / :batches AND NOT config.active THEN -5 * (:movements / :batches) - 10 ELSE -5 END AS quantity,
    n % 4 = 1 AS is_photo
FROM stock_batches AS batch JOIN location_configs AS config ON config.id = batch.config_id,
    generate_series(1, :movements / :batches) AS n;

INSERT INTO stock_movements (movement_id, batch_id, kind, quantity, reason, source_type, image_id, session_id,
    happened_at, created_at, updated_at)
SELECT gen_random_uuid(), batch_id, CASE WHEN is_photo THEN 'foto' ELSE 'ajuste' END, quantity, '',
    CASE WHEN is_photo THEN 'ia' ELSE 'manual' END, CASE WHEN is_photo THEN gen_random_uuid() END,
    CASE WHEN is_photo THEN gen_random_uuid() END, happened_at, happened_at, happened_at
FROM moved WHERE happened_at < now() ORDER BY happened_at;

INSERT INTO stock_visits (location_id, answer, first_at, last_at, photos, quantity, is_open, signed_off, in_doubt,
    created_at, updated_at)
SELECT location_id, '', happened_at, happened_at, 1 + (n % 9 = 1)::int, 100, n % 9 = 1 AND location_id % 10 = 0,
    location_id % 3 = 0, location_id % 20 = 0, happened_at, happened_at
FROM moved WHERE is_photo AND happened_at < now();

-- Each photo after the first of a batch differs by five plants; one in fifty of these cannot be chance.
INSERT INTO stock_differences (batch_id, visit_id, moment, expected, counted, explained, noise, unexplained, counts,
    taken_back, is_gone, created_at, updated_at)
SELECT moved.batch_id, visit.id, moved.happened_at, 105, 100, 0, 28,
    CASE WHEN (moved.batch_id + moved.n) % 50 = 0 THEN -5 ELSE 0 END, 1, false, false, now(), now()
FROM moved JOIN stock_visits AS visit ON visit.location_id = moved.location_id AND visit.last_at = moved.happened_at
WHERE moved.is_photo AND moved.n > 1 AND moved.happened_at < now();

UPDATE stock_batches SET quantity_current = summed.total
FROM (SELECT batch_id, sum(quantity) AS total FROM stock_movements GROUP BY batch_id) AS summed
WHERE summed.batch_id = stock_batches.id;
