"""Names of fields that people who are no programmers understand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_language")]

    operations = [
        migrations.AlterModelOptions(
            name="userpermission",
            options={
                "default_permissions": (),
                "verbose_name": "permission of a person",
                "verbose_name_plural": "permissions of people",
            },
        ),
        migrations.AlterModelOptions(
            name="userrole",
            options={
                "default_permissions": (),
                "verbose_name": "role of a person",
                "verbose_name_plural": "roles of people",
            },
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name=name,
                field=models.BooleanField(default=False, help_text=help_text, verbose_name=verbose_name),
            )
            for model in ("user", "userevent")
            for name, verbose_name, help_text in (
                ("is_staff", "uses the admin", "May open these pages; what can be changed there is in the role."),
                ("is_superuser", "may do everything", "Needs no role, and may give every role to others."),
            )
        ),
    ]
