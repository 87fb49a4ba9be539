"""Firms: their columns, and how they improve, arrive and leave."""
