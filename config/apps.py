"""The admin site's app configuration."""

from django.contrib.admin import apps

from config import checks  # noqa: F401  # importing registers them


class FairleadAdminConfig(apps.AdminConfig):
    """Serve Fairlead's own admin site as `django.contrib.admin.site`."""

    default_site = "config.site.FairleadSite"
