"""The parts of the staff page. Each has `build(office)`, called while the page is laid out."""
