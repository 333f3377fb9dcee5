"""Published measurements beside predictions, as people read them: on a terminal and on a page."""
