"""A made-up estate whose records are labelled with the machine they speak of; shares no code with muster."""
