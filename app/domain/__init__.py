"""What Doorstep knows, as pure functions of plain values: no clock, no chance, no network, no storage."""
