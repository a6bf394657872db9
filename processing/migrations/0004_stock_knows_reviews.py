"""Tell the stock which of the existing counts are signed off or in doubt; later ones are told as they change."""

from django.db import migrations

TELL = """
UPDATE stock_counts SET signed_off = session.validated, in_doubt = session.needs_look
FROM photo_processing_sessions AS session
WHERE session.session_id = stock_counts.session_id AND (session.validated OR session.needs_look);

UPDATE stock_visits SET signed_off = judged.signed_off, in_doubt = judged.in_doubt
FROM (
    SELECT visit_id, bool_and(signed_off) AS signed_off, bool_or(in_doubt AND NOT signed_off) AS in_doubt
    FROM stock_counts WHERE is_counted AND withdrawn_at IS NULL GROUP BY visit_id
) AS judged
WHERE judged.visit_id = stock_visits.id;
"""


class Migration(migrations.Migration):
    dependencies = [("processing", "0003_background_tasks"), ("stock", "0006_closings")]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
