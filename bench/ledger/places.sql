-- The nursery of a stock ledger of five years that ends :now: :batches batches in bays of ten cultivation cycles each,
-- one after the other.
INSERT INTO warehouses (code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon, centroid_lat,
    area_m2, warehouse_type, created_at, updated_at)
SELECT 'W' || n, 'Warehouse ' || n, true, '{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}',
    0, 0, 1, 1, 0.5, 0.5, 1000, 'greenhouse', :now, :now
FROM generate_series(1, 20) AS n;

INSERT INTO storage_areas (code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon, centroid_lat,
    area_m2, warehouse_id, position, created_at, updated_at)
SELECT warehouse.code || '-A' || n, 'Bed ' || n, true, warehouse.polygon, 0, 0, 1, 1, 0.5, 0.5, 100, warehouse.id, 'N',
    :now, :now
FROM warehouses AS warehouse, generate_series(1, 20) AS n;

CREATE TEMPORARY TABLE beds AS
SELECT id, code, polygon, row_number() OVER (ORDER BY id) - 1 AS number FROM storage_areas;

INSERT INTO storage_locations (code, name, active, polygon, min_lon, min_lat, max_lon, max_lat, centroid_lon,
    centroid_lat, area_m2, storage_area_id, description, created_at, updated_at)
SELECT bed.code || '-' || n, 'Bay ' || n, true, bed.polygon, 0, 0, 1, 1, 0.5, 0.5, 7, bed.id, '', :now, :now
FROM generate_series(0, :batches / 10 - 1) AS n JOIN beds AS bed ON bed.number = n % 400;

INSERT INTO product_categories (code, name, active, created_at, updated_at) VALUES ('C', 'Cactus', true, :now, :now);
INSERT INTO product_families (code, name, active, category_id, scientific_name, created_at, updated_at)
SELECT 'F', 'Family', true, id, 'Familia', :now, :now FROM product_categories;
INSERT INTO products (family_id, sku, common_name, scientific_name, attributes, active, price, currency, created_at,
    updated_at)
SELECT family.id, 'SKU-' || n, 'Product ' || n, 'Species ' || n, '{}', true, 1 + n % 7, 'EUR', :now, :now
FROM product_families AS family, generate_series(1, 300) AS n;
INSERT INTO product_states (code, name, active, is_sellable, sort_order, created_at, updated_at)
SELECT 'S' || n, 'State ' || n, true, n > 2, n, :now, :now FROM generate_series(1, 4) AS n;
INSERT INTO packaging_types (code, name, active, created_at, updated_at) VALUES ('POT', 'Pot', true, :now, :now);
INSERT INTO packaging_materials (code, name, active, created_at, updated_at) VALUES ('P', 'Plastic', true, :now, :now);
INSERT INTO packaging_colours (code, name, active, created_at, updated_at) VALUES ('B', 'Black', true, :now, :now);
INSERT INTO packagings (sku, name, packaging_type_id, material_id, colour_id, active, created_at, updated_at)
SELECT 'POT-' || n, 'Pot ' || n, kind.id, material.id, colour.id, true, :now, :now
FROM packaging_types AS kind, packaging_materials AS material, packaging_colours AS colour, generate_series(1, 10) AS n;

CREATE TEMPORARY TABLE grown AS
SELECT location.id AS location_id, location.code, cycle,
    :now - interval '1 day' * (183 * (10 - cycle)) + interval '1 minute' * (location.id % 1440) AS started_at,
    (SELECT min(id) FROM products) + (location.id * 7 + cycle * 31) % 300 AS product_id,
    (SELECT min(id) FROM packagings) + (location.id + cycle) % 10 AS packaging_id,
    (SELECT min(id) FROM product_states) + (location.id + cycle) % 4 AS state_id
FROM storage_locations AS location, generate_series(0, 9) AS cycle;

INSERT INTO location_configs (location_id, product_id, packaging_id, expected_state_id, notes, active, started_at,
    closed_at, created_at, updated_at)
SELECT location_id, product_id, packaging_id, state_id, '', cycle = 9, started_at,
    CASE WHEN cycle < 9 THEN started_at + interval '183 days' END, :now, :now
FROM grown;

INSERT INTO stock_batches (batch_code, location_id, config_id, product_id, packaging_id, state_id, quantity_initial,
    quantity_current, quantity_empty_containers, notes, created_at, updated_at)
SELECT grown.code || '/' || cycle, config.location_id, config.id, config.product_id, config.packaging_id,
    config.expected_state_id, 0, 0, 0, '', :now, :now
FROM grown JOIN location_configs AS config USING (location_id, started_at);
