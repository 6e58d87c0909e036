"""The demo agency under the highest steady load the machine holds, watched every second."""
