from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_administrators_revoke")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="credential_version",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
