"""The JSON door of licences: may this producer sell this, and notices that licence data changed."""
