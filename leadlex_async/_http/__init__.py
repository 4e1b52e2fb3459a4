"""How a call becomes a request and an answer becomes a record; private."""
