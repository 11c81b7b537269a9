"""Live connections to web shops and tills: what they send is stored at once, acknowledged, and then worked."""
