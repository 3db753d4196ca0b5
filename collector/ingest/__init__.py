"""From a raw hit to an acknowledged change. Only this room sees the type that can hold an address."""
