"""What the rules of counting leave out is marked and stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0007_audit")]

    operations = [
        migrations.AddField(
            model_name="detection",
            name="counted",
            field=models.BooleanField(
                default=True,
                help_text="Not where another container owns it, or a cell of a tray shows it twice; a later run may differ",
                verbose_name="counted",
            ),
        ),
    ]
