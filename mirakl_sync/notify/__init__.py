"""Telling people about questions: who, when, by which channel, and never twice."""
