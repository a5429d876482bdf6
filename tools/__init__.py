"""What builds and checks the course itself: notebooks, pictures, lint. Learners never import it."""
