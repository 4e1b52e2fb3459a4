"""One module per group of the API's pages: operations, bodies and the class that calls them."""
