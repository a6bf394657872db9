-- The movements of one cycle, :each for each of its batches. Every fourth is a photo count and comes with its visit and
-- its difference, in the last cycle also with its count.
-- The first movement of a batch brings ten plants for each movement, every other takes five, the last of a closed
-- cycle the rest.
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
SELECT batch.id AS batch_id, batch.location_id, n, config.active,
    config.started_at + interval '183 days' * (n - 0.5) / :each AS happened_at,
    CASE WHEN n = 1 THEN 10 * :each
        WHEN n = :each AND NOT config.active THEN -5 * :each - 10 ELSE -5 END AS quantity,
    n % 4 = 1 AS is_photo
FROM stock_batches AS batch JOIN location_configs AS config ON config.id = batch.config_id,
    generate_series(1, :each) AS n
WHERE batch.batch_code LIKE '%/' || :cycle AND config.started_at + interval '183 days' * (n - 0.5) / :each < :now;

INSERT INTO stock_movements (movement_id, batch_id, kind, quantity, reason, source_type, image_id, session_id,
    happened_at, created_at, updated_at)
SELECT gen_random_uuid(), batch_id, CASE WHEN is_photo THEN 'foto' ELSE 'ajuste' END, quantity, '',
    CASE WHEN is_photo THEN 'ia' ELSE 'manual' END, CASE WHEN is_photo THEN gen_random_uuid() END,
    CASE WHEN is_photo THEN gen_random_uuid() END, happened_at, happened_at, happened_at
FROM moved ORDER BY happened_at;

INSERT INTO stock_visits (location_id, answer, first_at, last_at, photos, quantity, is_open, signed_off, in_doubt,
    created_at, updated_at)
SELECT location_id, '', happened_at, happened_at, 1 + (n % 9 = 1)::int, 100, n % 9 = 1 AND location_id % 10 = 0,
    location_id % 3 = 0, location_id % 20 = 0, happened_at, happened_at
FROM moved WHERE is_photo;

-- Each photo after the first of a batch differs by five plants; one in fifty of these cannot be chance.
INSERT INTO stock_differences (batch_id, visit_id, moment, expected, counted, explained, noise, unexplained, counts,
    taken_back, is_gone, created_at, updated_at)
SELECT moved.batch_id, visit.id, moved.happened_at, 105, 100, 0, 28,
    CASE WHEN (moved.batch_id + moved.n) % 50 = 0 THEN -5 ELSE 0 END, 1, false, false, :now, :now
FROM moved JOIN stock_visits AS visit ON visit.location_id = moved.location_id AND visit.last_at = moved.happened_at
WHERE moved.is_photo AND moved.n > 1;

INSERT INTO stock_counts (batch_id, image_id, session_id, quantity, quantity_empty, happened_at, visit_id, covered,
    left_out, is_counted, signed_off, in_doubt, created_at, updated_at)
SELECT moved.batch_id, gen_random_uuid(), gen_random_uuid(), 100, 0, moved.happened_at, visit.id, false, false, true,
    visit.signed_off, visit.in_doubt, moved.happened_at, moved.happened_at
FROM moved JOIN stock_visits AS visit ON visit.location_id = moved.location_id AND visit.last_at = moved.happened_at
WHERE moved.is_photo AND moved.active;
