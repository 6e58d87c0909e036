"""What a consumer raises to say that trying again cannot help."""


class PermanentFailureError(Exception):
    """The message can never be delivered as it is; any other exception means: try again later."""
