"""Users, their four roles and their API tokens."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Updates the role groups with the permissions that migrations create."""

    name = "demeter.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Grant the roles their permissions after each migration, and record sign-ins."""
        # Models are not loaded before ready().
        from demeter.accounts.roles import grant_role_permissions
        from demeter.accounts.sign_ins import watch_sign_ins

        # The signal comes once for each app; auth comes after ours, whose permissions exist by then.
        auth = apps.get_app_config("auth")
        post_migrate.connect(grant_role_permissions, sender=auth, dispatch_uid="demeter.accounts.roles")
        watch_sign_ins()
