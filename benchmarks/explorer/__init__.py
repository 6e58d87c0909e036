"""The ledger's pages and exports, with few rows and with a million."""
