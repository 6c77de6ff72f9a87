"""TOML files that people write: read whole, checked against a pydantic model, every fault with its line."""
