"""The rehearsal of faults: the product under hundreds of reports while everything around it fails; `make faults`."""
