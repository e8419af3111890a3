"""What is measured, against which peer, side by side in one run; `make bench NAME=...` runs one of them."""
