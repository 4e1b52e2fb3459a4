"""The records that answers become: frozen, typed, without I/O."""
