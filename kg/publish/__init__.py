"""Publishing: dumps, differences of snapshots, and the catalogue that describes them."""
