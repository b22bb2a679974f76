"""What known marketplaces demand of their sellers, as data with its source and the day it was checked."""
