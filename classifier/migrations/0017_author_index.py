import django.db.models.functions.text
from django.db import migrations, models

from alumusic.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("classifier", "0016_learning_permissions_and_schedule")]

    operations = [
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                django.db.models.functions.text.Upper("author"),
                condition=models.Q(("author", ""), _negated=True),
                name="comment_author",
            ),
        ),
    ]
