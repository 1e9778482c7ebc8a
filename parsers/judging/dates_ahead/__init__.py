"""Which events ahead items announce, and when. Makes no calendar file."""
