"""Control: the sites that are counted and their segments, the keys that may ask, who is signed in; the sites' picture for ingest."""
