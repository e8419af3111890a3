"""Who uses the projector, and what others see of them."""
