"""Differences between counts and what was expected, and what people decide about them.

The differences of the counts so far are written here from the ledger, each judged by itself; `stock.differences` judges
them again, several together, when a count of their location changes.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE FUNCTION stock_decisions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('demeter.demo_is_removed', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'stock_decisions is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a decision that takes the wrong one back.';
END;
$$;

CREATE TRIGGER stock_decisions_append_only BEFORE UPDATE OR DELETE ON stock_decisions
    FOR EACH ROW EXECUTE FUNCTION stock_decisions_refuse_change();
"""

REMOVE = """
DROP TRIGGER stock_decisions_append_only ON stock_decisions;
DROP FUNCTION stock_decisions_refuse_change();
"""

# The first movement of a cycle is no difference, as nothing was known of it before.
FILL = """
INSERT INTO stock_differences (batch_id, visit_id, document_id, moment, expected, counted, explained, noise, unexplained,
    counts, taken_back, is_gone, created_at, updated_at)
SELECT batch_id, visit_id, document_id, moment, counted - difference, counted, 0, noise,
    CASE WHEN abs(difference) > noise THEN difference ELSE 0 END, 1, false, false, now(), now()
FROM (
    SELECT counting.*, stock.counted,
        GREATEST(2, round(0.28 * GREATEST(stock.counted, stock.counted - difference)))::integer AS noise
    FROM (
        SELECT movement.batch_id, count.visit_id, count.document_id, movement.happened_at AS moment,
            sum(movement.quantity) AS difference
        FROM stock_movements AS movement JOIN stock_counts AS count
            ON count.image_id = COALESCE(movement.image_id, movement.session_id) AND count.withdrawn_at IS NULL
        WHERE movement.kind IN ('foto', 'conteo')
        GROUP BY movement.batch_id, count.visit_id, count.document_id, movement.happened_at
        HAVING sum(movement.quantity) <> 0
    ) AS counting
    JOIN stock_batches AS batch ON batch.id = counting.batch_id
    CROSS JOIN LATERAL (
        SELECT GREATEST(sum(quantity), 0) AS counted FROM stock_movements
        WHERE stock_movements.batch_id = counting.batch_id AND happened_at <= counting.moment
    ) AS stock
    WHERE (visit_id IS NOT NULL OR document_id IS NOT NULL) AND EXISTS (
        SELECT 1 FROM stock_movements AS earlier JOIN stock_batches AS other ON other.id = earlier.batch_id
        WHERE other.config_id = batch.config_id AND (earlier.happened_at < counting.moment
            OR earlier.happened_at = counting.moment AND earlier.kind NOT IN ('foto', 'conteo', 'faltante'))
    )
) AS judged
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0006_closings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("moment", models.DateTimeField(verbose_name="counted at")),
                ("expected", models.IntegerField(verbose_name="expected")),
                ("counted", models.PositiveIntegerField(verbose_name="counted")),
                ("explained", models.IntegerField(default=0, verbose_name="accepted")),
                (
                    "noise",
                    models.PositiveIntegerField(
                        help_text="By how many plants it may differ by chance", verbose_name="chance"
                    ),
                ),
                ("unexplained", models.IntegerField(default=0, verbose_name="unexplained")),
                (
                    "counts",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How many counts show together what is unexplained",
                        verbose_name="counts together",
                    ),
                ),
                (
                    "taken_back",
                    models.BooleanField(
                        default=False, help_text="The next count took it back", verbose_name="taken back"
                    ),
                ),
                (
                    "is_gone",
                    models.BooleanField(default=False, help_text="The count no longer exists", verbose_name="gone"),
                ),
                (
                    "recount_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="Until somebody counts the place again",
                        null=True,
                        verbose_name="set aside since",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_differences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="stock.stockbatch",
                        verbose_name="batch",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="stock.stockdocument",
                        verbose_name="counted by hand",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="stock.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "difference",
                "verbose_name_plural": "differences",
                "db_table": "stock_differences",
                "ordering": ["-moment", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sold", "Sold"),
                            ("lost", "Lost"),
                            ("came_in", "Came in"),
                            ("accepted", "Accepted"),
                            ("reopened", "Taken back"),
                            ("recount", "Count again"),
                            ("assigned", "Assigned"),
                        ],
                        max_length=8,
                        verbose_name="decision",
                    ),
                ),
                ("about", models.IntegerField(verbose_name="unexplained then")),
                ("quantity", models.IntegerField(default=0, verbose_name="accepted")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_decisions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="explains",
                        to="stock.stockdocument",
                        verbose_name="document",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="stock.difference",
                        verbose_name="difference",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about a difference",
                "verbose_name_plural": "decisions about differences",
                "db_table": "stock_decisions",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(fields=["batch", "-moment"], name="idx_differences_batch"),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(
                condition=models.Q(("unexplained", 0), _negated=True),
                fields=["-moment"],
                include=("batch", "unexplained"),
                name="idx_differences_unexplained",
            ),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(fields=["moment"], include=("batch",), name="idx_differences_moment"),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(
                condition=models.Q(
                    models.Q(("unexplained", 0), _negated=True),
                    models.Q(("explained", 0), _negated=True),
                    _connector="OR",
                ),
                fields=["moment"],
                include=("batch", "unexplained", "explained"),
                name="idx_differences_shrinkage",
            ),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(
                condition=models.Q(("recount_since__isnull", False)),
                fields=["recount_since"],
                name="idx_differences_recount",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(
                fields=("batch", "visit", "document"), name="difference_one_per_count", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document", None), ("visit__isnull", False)),
                    models.Q(("document__isnull", False), ("visit", None)),
                    _connector="OR",
                ),
                name="difference_is_of_one_count",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_gone", False), ("unexplained", 0), _connector="OR"),
                name="difference_gone_is_not_unexplained",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["sold", "lost", "came_in", "accepted", "reopened", "recount", "assigned"])
                ),
                name="decision_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document__isnull", False), ("kind__in", ("sold", "lost", "came_in"))),
                    models.Q(models.Q(("kind__in", ("sold", "lost", "came_in")), _negated=True), ("document", None)),
                    _connector="OR",
                ),
                name="decision_with_its_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), ("kind__in", ["accepted", "reopened"]), _connector="OR"),
                name="decision_only_acceptance_has_a_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "accepted"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="decision_acceptance_has_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(
                condition=models.Q(("kind", "muerte")),
                fields=["happened_at"],
                include=("batch", "quantity"),
                name="idx_movements_losses",
            ),
        ),
        migrations.RunSQL(CREATE, REMOVE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
