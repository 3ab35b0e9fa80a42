"""What a person's browser opens. For now one page that says what is listening here."""
