import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("roles", models.JSONField(default=list)),
                ("places", models.JSONField(default=list)),
                ("communities", models.JSONField(null=True)),
                ("days", models.CharField(blank=True, default="28", max_length=8)),
                ("first", models.DateField(null=True)),
                ("last", models.DateField(null=True)),
                ("segment", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("operator", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="boards", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["name", "pk"]},
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("question", models.JSONField()),
                ("compare", models.CharField(blank=True, default="", max_length=24)),
                ("size", models.CharField(choices=[("third", "A third of the width"), ("half", "Half of the width"), ("whole", "The whole width")], default="half", max_length=5)),
                ("place", models.PositiveIntegerField()),
                ("board", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="cards", to="boards.board")),
            ],
            options={"ordering": ["place", "pk"]},
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rhythm", models.CharField(choices=[("daily", "Every day"), ("weekly", "Every Monday")], default="weekly", max_length=6)),
                ("hour", models.PositiveSmallIntegerField(default=8)),
                ("done", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                ("board", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="boards.board")),
                ("operator", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="board_subscriptions", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(fields=("board", "operator"), name="board_mailed_once"),
        ),
    ]
