"""Several products in one place: what a count shows of other batches than its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0003_demo_may_be_removed"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(verbose_name="plants")),
                ("quantity_empty", models.PositiveIntegerField(verbose_name="empty containers")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="stock.stockbatch",
                        verbose_name="batch",
                    ),
                ),
                (
                    "count",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="stock.stockcount",
                        verbose_name="photo count",
                    ),
                ),
            ],
            options={
                "verbose_name": "share of a photo count",
                "verbose_name_plural": "shares of photo counts",
                "db_table": "stock_count_shares",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("count", "batch"), name="countshare_one_for_each_batch")
                ],
            },
        ),
    ]
