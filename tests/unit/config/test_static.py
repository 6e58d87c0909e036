"""Static files as production serves them."""

import json
import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")


@pytest.fixture
def collected(settings: LazySettings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.static.HashedStaticFiles"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


def test_every_file_gets_a_name_with_its_hash_and_modules_import_by_it(collected: Path) -> None:
    paths: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]

    modules = [name for name in paths.values() if name.endswith(".js") and "fairlead" in name]
    imported = {(name, target) for name in modules for target in IMPORT.findall((collected / name).read_text())}

    assert "admin/css/base.css" in paths
    assert [pair for pair in imported if not (collected / pair[0]).parent.joinpath(pair[1]).resolve().exists()] == []
    assert [target for _, target in imported if not re.search(r"\.[0-9a-f]{12}\.js$", target)] == []
