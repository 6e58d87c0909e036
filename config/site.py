"""The admin site: navigation by task, home with today's numbers."""

from django.contrib.admin import AdminSite


class FairleadSite(AdminSite):
    """Fairlead's admin site."""

    site_header = "Fairlead"
    site_title = "Fairlead"
    index_title = "Today"
