"""The demo agency: invented people, carriers and leads, the same for the same seed."""
