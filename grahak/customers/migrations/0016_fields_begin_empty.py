from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("customers", "0015_work")]

    operations = [
        migrations.AlterField(
            model_name="customfield",
            name="default",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="to begin with"),
        ),
        migrations.AlterField(
            model_name="customfield",
            name="help_text",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="what to write there"
            ),
        ),
        migrations.AlterField(
            model_name="customfield",
            name="section",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="heading"
            ),
        ),
    ]
