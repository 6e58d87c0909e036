"""The agency under load while its processes, its database and its broker are killed, watched every second."""
