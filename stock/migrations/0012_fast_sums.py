"""What the sums of the whole nursery need without a search, kept right by triggers in the same statement.

- The stock of a batch, as closings keep theirs.
- How many of its plants are unexplained.
- During which time a visit was the newest of its location: a range with an index, so that the newest visits of all
  locations before any moment are found at once.
"""

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
from django.db import migrations, models

KEEP_STOCK = """
CREATE FUNCTION stock_movements_keep_batches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    UPDATE stock_batches AS batch SET quantity_current = batch.quantity_current + sign * summed.quantity
    FROM (SELECT batch_id, sum(quantity) AS quantity FROM changed GROUP BY batch_id) AS summed
    WHERE batch.id = summed.batch_id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER stock_movements_keep_batches AFTER INSERT ON stock_movements
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_keep_batches();

CREATE TRIGGER stock_movements_leave_batches AFTER DELETE ON stock_movements
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_keep_batches();
"""
KEEP_UNEXPLAINED = """
CREATE FUNCTION stock_differences_keep_batches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock_batches AS batch SET quantity_unexplained = summed.quantity
    FROM (
        SELECT concerned.batch_id, COALESCE(sum(abs(difference.unexplained)), 0) AS quantity
        FROM (SELECT DISTINCT batch_id FROM changed) AS concerned
        LEFT JOIN stock_differences AS difference ON difference.batch_id = concerned.batch_id
        GROUP BY concerned.batch_id
    ) AS summed
    WHERE batch.id = summed.batch_id AND batch.quantity_unexplained <> summed.quantity;
    RETURN NULL;
END;
$$;

CREATE TRIGGER stock_differences_keep_batches_insert AFTER INSERT ON stock_differences
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_differences_keep_batches();

CREATE TRIGGER stock_differences_keep_batches_update AFTER UPDATE ON stock_differences
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_differences_keep_batches();

CREATE TRIGGER stock_differences_keep_batches_delete AFTER DELETE ON stock_differences
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_differences_keep_batches();
"""
# Of two visits that end at the same moment, the later row is the newest, and the range of the other is empty.
NEWEST = """
    SELECT id, CASE WHEN photos > 0 THEN tstzrange(
        last_at, lead(last_at) OVER (PARTITION BY location_id, photos > 0 ORDER BY last_at, id), '(]'
    ) END AS newest_during
    FROM stock_visits
"""
KEEP_NEWEST = """
CREATE FUNCTION stock_visits_keep_newest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock_visits AS visit SET newest_during = found.newest_during
    FROM (@NEWEST WHERE location_id IN (SELECT location_id FROM changed)) AS found
    WHERE visit.id = found.id AND visit.newest_during IS DISTINCT FROM found.newest_during;
    RETURN NULL;
END;
$$;

CREATE TRIGGER stock_visits_keep_newest_insert AFTER INSERT ON stock_visits
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_visits_keep_newest();

CREATE TRIGGER stock_visits_keep_newest_update AFTER UPDATE ON stock_visits
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION stock_visits_keep_newest();

CREATE TRIGGER stock_visits_keep_newest_delete AFTER DELETE ON stock_visits
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_visits_keep_newest();
""".replace("@NEWEST", NEWEST)
FILL = """
UPDATE stock_batches AS batch SET quantity_unexplained = summed.quantity
FROM (
    SELECT batch_id, sum(abs(unexplained)) AS quantity FROM stock_differences WHERE unexplained <> 0 GROUP BY batch_id
) AS summed
WHERE batch.id = summed.batch_id;

UPDATE stock_visits AS visit SET newest_during = found.newest_during FROM (@NEWEST) AS found
WHERE visit.id = found.id AND visit.newest_during IS DISTINCT FROM found.newest_during;
""".replace("@NEWEST", NEWEST)
REMOVE = """
DROP TRIGGER stock_visits_keep_newest_delete ON stock_visits;
DROP TRIGGER stock_visits_keep_newest_update ON stock_visits;
DROP TRIGGER stock_visits_keep_newest_insert ON stock_visits;
DROP FUNCTION stock_visits_keep_newest();
DROP TRIGGER stock_differences_keep_batches_delete ON stock_differences;
DROP TRIGGER stock_differences_keep_batches_update ON stock_differences;
DROP TRIGGER stock_differences_keep_batches_insert ON stock_differences;
DROP FUNCTION stock_differences_keep_batches();
DROP TRIGGER stock_movements_leave_batches ON stock_movements;
DROP TRIGGER stock_movements_keep_batches ON stock_movements;
DROP FUNCTION stock_movements_keep_batches();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0011_calibrations"),
    ]

    operations = [
        migrations.AddField(
            model_name="stockbatch",
            name="quantity_unexplained",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Too many and too few together, kept by the database",
                verbose_name="unexplained",
            ),
        ),
        migrations.AlterField(
            model_name="stockbatch",
            name="quantity_current",
            field=models.IntegerField(
                default=0, help_text="Sum of the movements, kept by the database", verbose_name="stock"
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="newest_during",
            field=django.contrib.postgres.fields.ranges.DateTimeRangeField(
                blank=True,
                editable=False,
                help_text="From its last photo until that of the next visit, kept by the database; empty without photos",
                null=True,
                verbose_name="newest during",
            ),
        ),
        migrations.RunSQL(FILL + KEEP_STOCK + KEEP_UNEXPLAINED + KEEP_NEWEST, REMOVE),
        migrations.RemoveIndex(model_name="visit", name="idx_visits_last"),
        migrations.AddIndex(
            model_name="visit",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["newest_during"],
                include=["id", "location", "last_at", "is_open", "signed_off", "in_doubt"],
                name="idx_visits_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="stockbatch",
            index=models.Index(
                condition=models.Q(("quantity_unexplained", 0), _negated=True),
                fields=["product", "packaging", "state", "size", "location"],
                include=["id", "quantity_unexplained"],
                name="idx_batches_unexplained",
            ),
        ),
        migrations.AddIndex(
            model_name="stockcount",
            index=models.Index(
                condition=models.Q(("is_counted", True), ("withdrawn_at", None)),
                fields=["visit"],
                include=["id", "batch", "quantity", "predicted_error", "model_version", "container_kind"],
                name="idx_counts_counted",
            ),
        ),
    ]
