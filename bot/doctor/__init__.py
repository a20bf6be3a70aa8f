"""`houston doctor`: looks at what Houston needs, and says what is wrong and what to do [L3]."""
