"""How addresses are written: by country, in the parts people say them in."""
