"""Every value Fairlead takes from its environment or from `.env`, read in one place."""

import os
import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env_file := os.environ.get("ENV_FILE", str(BASE_DIR / ".env")):
    environ.Env.read_env(env_file)

AS_OWNER = sys.argv[1:2] in (["migrate"], ["grant_application_role"])
"""Whether this is one of the two commands of `manage.py` that run as the tables' owner."""
