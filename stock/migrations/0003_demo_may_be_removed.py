"""Rows of the ledger may be deleted while the demo nursery is removed, and never otherwise.

`gallery.setup.demo` sets `demeter.demo_is_removed` for its transactions alone; UPDATE stays refused there too.
"""

from django.db import migrations

BODY = """
CREATE OR REPLACE FUNCTION stock_movements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('demeter.ledger_may_be_emptied', true) = 'on' THEN
        RETURN NULL;
    END IF;
    {exception}RAISE EXCEPTION 'stock_movements is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a movement that reverses the wrong one.';
END;
$$;
"""
EXCEPTION = """IF TG_OP = 'DELETE' AND current_setting('demeter.demo_is_removed', true) = 'on' THEN
        RETURN OLD;
    END IF;
    """


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_messages_as_data")]

    operations = [migrations.RunSQL(BODY.format(exception=EXCEPTION), BODY.format(exception=""))]
