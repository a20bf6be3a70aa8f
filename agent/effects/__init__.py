"""Tools that change something outside. They are never used by checks, and never without leave."""
