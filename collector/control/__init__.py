"""Control: the sites that are counted, the keys that may ask, who is signed in; and the picture of the sites for ingest."""
