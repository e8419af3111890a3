"""The projector command."""
