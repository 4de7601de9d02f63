"""What a file is: its category and source system, with confidence and reasons."""
