"""What every open page is told without asking."""
