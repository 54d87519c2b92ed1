"""What `./run` is made of. Standard library only: it has to work before anything is installed."""
