from django.db import migrations, models

from alumusic.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("classifier", "0011_vocabulary")]

    operations = [
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("fallback_reason__isnull", False)),
                fields=["-moment", "-id"],
                name="comment_fallen_back",
            ),
        ),
    ]
