"""Decisions are made once for each key, and the last visit of a location is found in the index alone."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0008_units_and_changed_places"),
        ("stock", "0008_stocktakes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="visit",
            name="idx_visits_last",
        ),
        migrations.AddField(
            model_name="decision",
            name="key",
            field=models.CharField(
                blank=True,
                help_text="Sent again with the same key, it is decided once",
                max_length=100,
                verbose_name="key",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("photos__gt", 0)),
                fields=["location", "-last_at"],
                include=("id", "is_open", "signed_off", "in_doubt"),
                name="idx_visits_last",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("user", "key"),
                name="decision_once_for_each_key",
            ),
        ),
    ]
