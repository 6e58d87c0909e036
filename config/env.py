"""Every value Fairlead takes from its environment or from `.env`, read in one place."""

import os
import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env_file := os.environ.get("ENV_FILE", str(BASE_DIR / ".env")):
    environ.Env.read_env(env_file)

IS_MIGRATING = sys.argv[1:2] == ["migrate"]
"""Whether this is `manage.py migrate`, the one command that runs as the tables' owner."""
