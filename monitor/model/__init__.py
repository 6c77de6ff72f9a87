"""Values only: frozen, keyword-only, every field commented. Times are aware, in UTC unless said otherwise."""
