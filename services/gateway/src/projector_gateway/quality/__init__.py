"""How well layouts show what is near."""
