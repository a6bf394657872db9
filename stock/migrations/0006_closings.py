"""Closings with the trigger that keeps them right, what visits know of sign-offs and doubts, and the mailed summaries.

A movement changes every closing after the moment at which it happened, in the same statement; so does one that is
deleted, which only the removal of the demo nursery may do. `stock.closings` adds a
closing under a lock of the ledger, so that no movement is left out of it. `stock_parts_before` returns what sums to the
stock of each batch before a moment; a statement that calls it sees one state of closings and movements.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

CREATE = """
CREATE FUNCTION stock_parts_before(before timestamptz) RETURNS TABLE (batch_id bigint, quantity integer)
LANGUAGE sql STABLE AS $$
    SELECT balance.batch_id, balance.quantity FROM stock_closing_balances AS balance
    WHERE balance.closing_id = (SELECT id FROM stock_closings WHERE moment <= before ORDER BY moment DESC LIMIT 1)
    UNION ALL
    SELECT movement.batch_id, movement.quantity FROM stock_movements AS movement
    WHERE movement.happened_at < before AND movement.happened_at >= COALESCE(
        (SELECT max(moment) FROM stock_closings WHERE moment <= before), '-infinity')
$$;

CREATE FUNCTION stock_movements_keep_closings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO stock_closing_balances (closing_id, batch_id, quantity)
    SELECT closing.id, changed.batch_id, sign * sum(changed.quantity)
    FROM changed JOIN stock_closings closing ON closing.moment > changed.happened_at
    GROUP BY closing.id, changed.batch_id
    ORDER BY changed.batch_id, closing.id
    ON CONFLICT (closing_id, batch_id) DO UPDATE
        SET quantity = stock_closing_balances.quantity + EXCLUDED.quantity;
    RETURN NULL;
END;
$$;

CREATE TRIGGER stock_movements_keep_closings AFTER INSERT ON stock_movements
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_keep_closings();

CREATE TRIGGER stock_movements_leave_closings AFTER DELETE ON stock_movements
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_keep_closings();
"""

REMOVE = """
DROP TRIGGER stock_movements_leave_closings ON stock_movements;
DROP TRIGGER stock_movements_keep_closings ON stock_movements;
DROP FUNCTION stock_movements_keep_closings();
DROP FUNCTION stock_parts_before(timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0005_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("moment", models.DateTimeField(unique=True, verbose_name="closed at")),
            ],
            options={
                "verbose_name": "closing",
                "verbose_name_plural": "closings",
                "db_table": "stock_closings",
                "ordering": ["moment"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ClosingBalance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "closing_id", "batch_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "closing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="balances",
                        to="stock.closing",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="balances",
                        to="stock.stockbatch",
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="plants")),
            ],
            options={
                "verbose_name": "balance at a closing",
                "verbose_name_plural": "balances at closings",
                "db_table": "stock_closing_balances",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="WeeklySummary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("monday", models.DateField(unique=True, verbose_name="week of")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
            ],
            options={
                "verbose_name": "weekly summary",
                "verbose_name_plural": "weekly summaries",
                "db_table": "stock_weekly_summaries",
                "ordering": ["-monday"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="stockcount",
            name="in_doubt",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A person should look at it before it is used",
                verbose_name="in doubt",
            ),
        ),
        migrations.AddField(
            model_name="stockcount",
            name="signed_off",
            field=models.BooleanField(db_default=False, default=False, verbose_name="signed off"),
        ),
        migrations.AddField(
            model_name="visit",
            name="in_doubt",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="One of its counts is in doubt and not signed off",
                verbose_name="in doubt",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="signed_off",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="All counts that it consists of are signed off",
                verbose_name="signed off",
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["happened_at"], include=("batch", "quantity"), name="idx_movements_happened"),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="idx_movements_created"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("photos__gt", 0)),
                fields=["location", "-last_at"],
                include=("is_open", "signed_off", "in_doubt"),
                name="idx_visits_last",
            ),
        ),
        migrations.RunSQL(CREATE, REMOVE),
    ]
