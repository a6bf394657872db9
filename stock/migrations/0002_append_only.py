"""The ledger is append-only in the database itself, whoever connects.

Emptying the table (`manage.py flush`, the test suite between tests) needs the session setting
`demeter.ledger_may_be_emptied=on`, which nothing in the product sets.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION stock_movements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('demeter.ledger_may_be_emptied', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'stock_movements is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a movement that reverses the wrong one.';
END;
$$;

CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OR DELETE ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION stock_movements_refuse_change();

CREATE TRIGGER stock_movements_never_emptied BEFORE TRUNCATE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_refuse_change();
"""

REMOVE = """
DROP TRIGGER stock_movements_never_emptied ON stock_movements;
DROP TRIGGER stock_movements_append_only ON stock_movements;
DROP FUNCTION stock_movements_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, REMOVE)]
