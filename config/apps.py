"""Django's own apps, configured our way."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from config import checks, connections  # noqa: F401  # importing registers them


class FairleadAdminConfig(AdminConfig):
    """Serve Fairlead's own admin site as `django.contrib.admin.site`."""

    default_site = "config.site.FairleadSite"


class FairleadStaticFilesConfig(StaticFilesConfig):
    """Leave out htmx's extensions: we use none, and one imports a file that is not there."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]
