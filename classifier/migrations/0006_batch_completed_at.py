from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("classifier", "0005_waiting_by_tries")]

    operations = [
        migrations.AddField(
            "batch", "completed_at", models.DateTimeField(editable=False, null=True, verbose_name="completed at")
        ),
        migrations.AddIndex(
            "batch",
            models.Index(condition=models.Q(completed_at=None), fields=["created_at"], name="batch_open"),
        ),
    ]
