"""Messages to send, leased and retried."""
