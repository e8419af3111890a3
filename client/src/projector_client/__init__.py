"""The projector's client for Python programs."""
