"""The admin with Demeter's own site; in the settings instead of `django.contrib.admin`."""

from django.contrib.admin.apps import AdminConfig


class DemeterAdminConfig(AdminConfig):
    default_site = "demeter.common.admin.site.DemeterAdminSite"
