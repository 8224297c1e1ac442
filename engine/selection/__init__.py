"""What an author marks by hand or tells by numbers: shapes, clicks, mask pictures, scribbles, areas in words."""
