"""One file or package per forum software: wire payload to domain and back. Pure."""
