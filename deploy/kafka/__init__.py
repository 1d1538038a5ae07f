"""A real Apache Kafka without Docker: fetched by packages alone, started in KRaft mode."""
