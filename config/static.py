"""How static files are named in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Name every file with its hash, and rewrite the imports of JavaScript modules to match."""

    support_js_module_import_aggregation = True
