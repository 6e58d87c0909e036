"""The JSON door of licenses: may this producer sell this, and notices that license data changed."""
