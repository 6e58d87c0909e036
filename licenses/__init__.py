"""Producers and the licence facts they stand on."""
