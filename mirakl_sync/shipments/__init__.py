"""Shipments: every parcel that leaves the house is told to its marketplace once, with the right carrier."""
