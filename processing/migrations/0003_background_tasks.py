"""Celery's results under a name that can be translated."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_results", "0014_alter_taskresult_status"),
        ("processing", "0002_messages_as_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="BackgroundTask",
            fields=[],
            options={
                "verbose_name": "background task",
                "verbose_name_plural": "background tasks",
                "proxy": True,
                "default_permissions": ("view",),
                "indexes": [],
                "constraints": [],
            },
            bases=("django_celery_results.taskresult",),
        ),
    ]
