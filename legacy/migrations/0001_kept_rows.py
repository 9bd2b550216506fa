import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("classifier", "0012_fallen_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=30, verbose_name="table")),
                ("key", models.CharField(max_length=500, verbose_name="id")),
                ("faults", models.JSONField(verbose_name="faults")),
                ("row", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="row")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="classifier.comment",
                        verbose_name="comment",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of the former system",
                "verbose_name_plural": "rows of the former system",
                "ordering": ["table", "pk"],
                "constraints": [models.UniqueConstraint(fields=("table", "key"), name="kept_row_once")],
            },
        ),
    ]
