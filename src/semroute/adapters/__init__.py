"""One package per technology. Adapters know the domain and their own library, never a sibling."""
