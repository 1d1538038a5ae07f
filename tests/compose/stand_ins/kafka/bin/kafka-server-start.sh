#!/bin/sh
exec java "-Xmx$KAFKA_HEAP" -XX:TieredStopAtLevel=1 -cp "/opt/kafka/libs/*" kafka.Kafka "$@"
