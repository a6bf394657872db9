"""Which trained models count what, and what is wrong with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0012_working_hours"),
        ("processing", "0009_trained_models"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelFault",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="reason")),
                ("noticed_at", models.DateTimeField(auto_now_add=True, verbose_name="noticed at")),
                (
                    "trained",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fault",
                        to="processing.trainedmodels",
                        verbose_name="trained models",
                    ),
                ),
            ],
            options={
                "verbose_name": "fault of models",
                "verbose_name_plural": "faults of models",
                "db_table": "model_faults",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "figures",
                    models.JSONField(
                        help_text="By which it was promoted: mean errors and bias of each set", verbose_name="figures"
                    ),
                ),
                ("promoted_at", models.DateTimeField(auto_now_add=True, verbose_name="promoted at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="rolled back at")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for all products without models of their own",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotions",
                        to="locations.productcategory",
                        verbose_name="category",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ended_promotions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="rolled back by",
                    ),
                ),
                (
                    "promoted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="promoted by",
                    ),
                ),
                (
                    "trained",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotions",
                        to="processing.trainedmodels",
                        verbose_name="trained models",
                    ),
                ),
            ],
            options={
                "verbose_name": "promotion",
                "verbose_name_plural": "promotions",
                "db_table": "promotions",
                "ordering": ["-pk"],
                "default_permissions": ("add", "view"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("promoted_at")), _connector="OR"
                        ),
                        name="promotions_end_after_start",
                    )
                ],
            },
        ),
    ]
