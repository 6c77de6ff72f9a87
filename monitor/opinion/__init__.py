"""Second readers: adapters to inference models on this machine and to language models behind an endpoint."""
