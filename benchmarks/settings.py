"""Fairlead's settings, with the floor beside the doors of the site."""

from config.settings import *  # noqa: F403  # the same settings is what makes the floor a fair one

ROOT_URLCONF = "benchmarks.intake.urls"
