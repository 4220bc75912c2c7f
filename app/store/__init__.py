"""Tables, all SQL, and where blobs lie."""
