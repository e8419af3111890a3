"""Settings, logging and errors that every service shares. No word of the domain, no numerics."""
