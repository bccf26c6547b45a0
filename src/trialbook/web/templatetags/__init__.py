"""What templates may ask of numbers, forms and items."""
