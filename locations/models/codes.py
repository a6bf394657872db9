"""Upper-case codes: the short unique names on labels, in files and in URLs."""

from collections.abc import Sequence
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

validate_code = RegexValidator(
    r"\A[A-Z0-9][A-Z0-9._-]*\Z", _("Use capital letters, digits, dots, dashes and underscores.")
)


class CodeField(models.CharField):  # type: ignore[type-arg]
    """Text that is stripped and upper-cased wherever it comes from: forms, code, lookups."""

    default_validators = [validate_code]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations know the column only: they must not import this module, which changes."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().upper() if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        code = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, code)
        return code

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared.strip().upper() if isinstance(prepared, str) else prepared


def upper_case_constraint(field: str) -> models.CheckConstraint:
    """The CHECK constraint of a code column; usable in abstract models."""
    return models.CheckConstraint(
        condition=models.Q(**{field: Upper(field)}),
        name=f"%(class)s_{field}_upper",
    )
