from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0012_messages_as_data")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="plants_left_out",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Detected outside all containers with little confidence, and not counted",
                verbose_name="plants left out",
            ),
        ),
    ]
