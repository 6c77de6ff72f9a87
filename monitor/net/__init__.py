"""Which addresses may be dialled, and a connector that dials no other."""
